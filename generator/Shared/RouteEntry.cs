namespace HyperGen.Generator;

/// <summary>A route of the program.</summary>
/// <param name="Id">The number that a match returns.</param>
/// <param name="Method">The HTTP method, upper case.</param>
/// <param name="Template">The whole template.</param>
/// <param name="DisplayName">The handler as a person reads it, e.g. <c>Users.Find</c>.</param>
internal sealed record RouteEntry(int Id, string Method, RouteTemplate Template, string DisplayName);
