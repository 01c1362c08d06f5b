namespace HyperGen.Generator.Models;

/// <summary>Where reflection finds the method of an endpoint.</summary>
/// <param name="DeclaringType">The type that declares it: the handler class, or a base class of it.</param>
/// <param name="Name">Its name in metadata, not escaped.</param>
/// <param name="ParameterTypes">The types of its parameters, as expressions: <c>in</c> parameters have one of their own.</param>
internal sealed record SignatureModel(string DeclaringType, string Name, EquatableArray<string> ParameterTypes);
