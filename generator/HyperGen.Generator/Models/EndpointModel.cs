namespace HyperGen.Generator.Models;

/// <summary>One endpoint: a method and one of its verb attributes. It holds what emission needs, and nothing of Roslyn.</summary>
/// <param name="Name">A C# identifier, unique within the module, e.g. <c>Users_Find</c>; generated members derive their names from it.</param>
/// <param name="DisplayName">What a person reads, e.g. <c>Users.Find</c>.</param>
/// <param name="Method">The HTTP method, upper case.</param>
/// <param name="Template">The whole template, prefixes joined, beginning with <c>/</c>.</param>
/// <param name="RouteParameters">The names of the template's parameters in its order: an ordinal is a place in this list.</param>
/// <param name="MethodName">The C# method, escaped where it is a keyword.</param>
/// <param name="IsStatic">Whether the method is static, so that no handler instance is needed.</param>
/// <param name="Parameters">How each parameter of the method is bound.</param>
/// <param name="Return">What the method returns and how that is answered.</param>
internal sealed record EndpointModel(
    string Name,
    string DisplayName,
    string Method,
    string Template,
    EquatableArray<string> RouteParameters,
    string MethodName,
    bool IsStatic,
    EquatableArray<ParameterModel> Parameters,
    ReturnModel Return);

/// <summary>How one parameter of a handler is bound.</summary>
internal sealed record ParameterModel(string Name, string Type);

/// <summary>What a handler returns and how that is answered.</summary>
internal sealed record ReturnModel(string Type);
