namespace HyperGen.Generator;

/// <summary>What of a template decides which paths it matches: neither the names of parameters nor the case of ASCII letters.</summary>
internal static class RouteShape
{
    /// <summary>A literal with its ASCII letters in lower case. Other letters keep their case: the router compares them byte for byte.</summary>
    public static string Fold(string literal) =>
        string.Concat(literal.Select(static character => character is >= 'A' and <= 'Z' ? (char)(character | 0x20) : character));

    /// <summary>A text that is equal for templates that match the same paths with the same precedence.</summary>
    public static string Of(RouteTemplate template) => string.Join("/", template.Segments.Select(Of));

    /// <summary>A text that is equal for templates that may match the same path and have the same precedence: the literals and the precedence of the rest.</summary>
    public static string Outline(RouteTemplate template) => string.Join("/", template.Segments.Select(static segment =>
        segment.Literal is { } literal ? Fold(literal).Replace("{", "{{") : "{" + segment.Precedence + "}"));

    private static string Of(RouteSegment segment) => string.Concat(segment.Parts.Select(static part =>
        part.Literal is { } literal ? Fold(literal).Replace("{", "{{") : Of(part.Parameter!)));

    private static string Of(RouteParameter parameter)
    {
        IEnumerable<string> constraints = parameter.Constraints
            .Select(static constraint => constraint.Kind == RouteConstraintKind.Unknown
                ? constraint.Text.ToLowerInvariant()
                : $"{constraint.Kind}({constraint.First},{constraint.Second},{constraint.Pattern})")
            .Distinct().OrderBy(static text => text, StringComparer.Ordinal);
        string kind = parameter.IsCatchAll ? "*" : parameter.IsOptional ? "?" : parameter.DefaultValue is null ? "" : "=";
        return "{" + kind + string.Join(":", constraints) + "}";
    }
}
