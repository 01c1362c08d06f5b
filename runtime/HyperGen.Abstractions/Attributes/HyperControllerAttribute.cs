namespace HyperGen;

/// <summary>Marks a class whose methods with <see cref="VerbAttribute"/>s are endpoints of the application.</summary>
/// <remarks>The class may be static, nested, and have a primary constructor; it may be neither abstract nor an open generic.</remarks>
/// <param name="prefix">
/// A route template that precedes those of the methods, e.g. <c>/users</c> or <c>/tenants/{tenant}</c>. The default is the root.
/// </param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class HyperControllerAttribute(string prefix = "/") : Attribute
{
    /// <summary>The route template that precedes those of the methods.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>The class marked with <see cref="GroupAttribute"/> that this one hangs below, for a tree not drawn by nesting; null for none.</summary>
    public Type? Group { get; set; }
}
