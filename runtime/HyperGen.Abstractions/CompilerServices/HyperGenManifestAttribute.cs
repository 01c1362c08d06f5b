using System.ComponentModel;

namespace HyperGen.CompilerServices;

/// <summary>Tells the compilation of an executable which endpoints a referenced assembly has. Generated code applies it; it is read at compile time only.</summary>
/// <param name="module">The assembly's <see cref="EndpointModule"/>, public and with a public constructor.</param>
/// <param name="routes">Its endpoints in the order of their numbers, each as <c>METHOD DisplayName /template</c>.</param>
[AttributeUsage(AttributeTargets.Assembly)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class HyperGenManifestAttribute(Type module, params string[] routes) : Attribute
{
    /// <summary>The assembly's module.</summary>
    public Type Module { get; } = module;

    /// <summary>Its endpoints, each as <c>METHOD DisplayName /template</c>.</summary>
    public IReadOnlyList<string> Routes { get; } = routes;
}
