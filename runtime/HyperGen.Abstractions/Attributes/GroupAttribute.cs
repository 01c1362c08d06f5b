namespace HyperGen;

/// <summary>Gives the classes nested in this one, and those that name it as their <see cref="HyperControllerAttribute.Group"/>, a common prefix,
/// and with its other attributes common middleware and metadata.</summary>
/// <param name="prefix">A route template that precedes those of the group's members.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class GroupAttribute(string prefix) : Attribute
{
    /// <summary>The route template that precedes those of the group's members.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>The enclosing group when it is not drawn by nesting; null for none.</summary>
    public Type? Group { get; set; }
}
