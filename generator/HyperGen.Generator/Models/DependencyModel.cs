namespace HyperGen.Generator.Models;

/// <summary>One parameter of a constructor that generated code calls.</summary>
/// <param name="Kind">Where the argument comes from.</param>
/// <param name="Type">The type of the parameter, fully qualified.</param>
/// <param name="Key">The key of a keyed service, as a C# expression.</param>
/// <param name="Default">The default value of the parameter, as a C# expression; null when the service is required.</param>
internal sealed record DependencyModel(DependencyKind Kind, string Type, string? Key = null, string? Default = null);

internal enum DependencyKind
{
    Service,

    /// <summary>The default of a parameter that no container could fill: a number, a flag, a struct.</summary>
    Constant,
    RequestContext,
    HttpContext,

    /// <summary>The attribute that uses a middleware: it carries the arguments of that place.</summary>
    UseAttribute,
}
