namespace HyperGen.Generator;

/// <summary>What stands between two slashes of a template: one literal, one parameter, or a mix of both (a complex segment).</summary>
internal sealed class RouteSegment(IReadOnlyList<RoutePart> parts)
{
    public IReadOnlyList<RoutePart> Parts { get; } = parts;

    /// <summary>The text of a segment that is one literal; otherwise null.</summary>
    public string? Literal => Parts.Count == 1 ? Parts[0].Literal : null;

    /// <summary>The parameter of a segment that is one parameter; otherwise null.</summary>
    public RouteParameter? Parameter => Parts.Count == 1 ? Parts[0].Parameter : null;

    /// <summary>Whether literals and parameters are mixed, as in <c>{name}.{extension}</c>.</summary>
    public bool IsComplex => Parts.Count > 1;

    public IEnumerable<RouteParameter> Parameters => Parts.Where(static part => part.Parameter is not null).Select(static part => part.Parameter!);

    /// <summary>Whether a path may end before this segment.</summary>
    public bool MayBeAbsent => Parameter is { } parameter && (parameter.IsOptional || parameter.IsCatchAll || parameter.DefaultValue is not null);

    /// <summary>ASP.NET Core's digit for the precedence of a segment: of two templates, the one with the smaller digit in the first place that differs wins.</summary>
    public int Precedence => this switch
    {
        { Literal: not null } => 1,
        { IsComplex: true } => 2,
        { Parameter: { IsCatchAll: false } parameter } => parameter.Constraints.Count > 0 ? 2 : 3,
        { Parameter: { } parameter } => parameter.Constraints.Count > 0 ? 4 : 5,
        _ => throw new InvalidOperationException("A segment has at least one part."),
    };

    public override string ToString() => string.Concat(Parts);
}

/// <summary>A literal or a parameter: exactly one of the two is set.</summary>
internal readonly struct RoutePart
{
    public RoutePart(string literal) => Literal = literal;

    public RoutePart(RouteParameter parameter) => Parameter = parameter;

    /// <summary>The literal, with doubled braces made single.</summary>
    public string? Literal { get; }

    public RouteParameter? Parameter { get; }

    public override string ToString() => Literal?.Replace("{", "{{").Replace("}", "}}") ?? Parameter!.ToString();
}
