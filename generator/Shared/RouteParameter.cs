namespace HyperGen.Generator;

/// <summary>A parameter of a route template.</summary>
/// <param name="Name">Its name, compared without regard to case.</param>
/// <param name="Ordinal">Its place among the parameters of the template, counted from 0.</param>
/// <param name="Constraints">What a value must satisfy, all of it; none for any value.</param>
/// <param name="IsOptional">Whether it is written <c>{name?}</c>.</param>
/// <param name="DefaultValue">The value when the path leaves it out; null when it has none.</param>
/// <param name="IsCatchAll">Whether it takes the rest of the path, slashes included.</param>
/// <param name="EncodesSlashes">Of a catch-all: whether a URL made from it escapes the slashes, <c>{*name}</c>, or keeps them, <c>{**name}</c>.</param>
internal sealed record RouteParameter(
    string Name,
    int Ordinal,
    IReadOnlyList<RouteParameterConstraint> Constraints,
    bool IsOptional,
    string? DefaultValue,
    bool IsCatchAll,
    bool EncodesSlashes)
{
    public override string ToString()
    {
        string stars = !IsCatchAll ? "" : EncodesSlashes ? "*" : "**";
        string constraints = string.Concat(Constraints.Select(static constraint => ":" + constraint.Text));
        string tail = IsOptional ? "?" : DefaultValue is null ? "" : "=" + DefaultValue;
        return "{" + (stars + Name + constraints + tail).Replace("{", "{{").Replace("}", "}}") + "}";
    }
}
