namespace HyperGen.Generator.Models;

/// <summary>One use of a middleware.</summary>
/// <param name="Type">The middleware, fully qualified.</param>
/// <param name="DisplayName">What a person reads, e.g. <c>RequestLog</c>.</param>
/// <param name="Dependencies">What its constructor asks for.</param>
/// <param name="Place">Where it is used, e.g. <c>Users.Find#0</c>, when it asks for its attribute and each place has an instance; null when the application has one.</param>
/// <param name="Attribute">The attribute at that place, as a C# expression; null together with <paramref name="Place"/>.</param>
internal sealed record MiddlewareModel(
    string Type,
    string DisplayName,
    EquatableArray<DependencyModel> Dependencies,
    string? Place,
    string? Attribute);
