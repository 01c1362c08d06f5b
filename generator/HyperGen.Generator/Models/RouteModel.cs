namespace HyperGen.Generator.Models;

/// <summary>All that routing needs to know of an endpoint.</summary>
/// <param name="Method">The HTTP method, upper case.</param>
/// <param name="Template">The whole template.</param>
/// <param name="DisplayName">What a person reads, e.g. <c>Users.Find</c>: it has no spaces.</param>
internal sealed record RouteModel(string Method, string Template, string DisplayName)
{
    /// <summary>The form in which a manifest holds it.</summary>
    public string ToManifest() => Method + " " + DisplayName + " " + Template;

    /// <summary>Reads that form; null where the text does not have it.</summary>
    public static RouteModel? FromManifest(string text) =>
        text.Split([' '], 3) is { Length: 3 } parts ? new RouteModel(parts[0], parts[2], parts[1]) : null;
}
