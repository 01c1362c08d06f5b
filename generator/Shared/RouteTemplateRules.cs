namespace HyperGen.Generator;

/// <summary>What may stand beside what in a template, once its parts are known.</summary>
internal static class RouteTemplateRules
{
    /// <summary>What is wrong with the parts of a segment, as a sentence; null when nothing is.</summary>
    public static string? CheckSegment(List<RoutePart> parts)
    {
        if (parts.Count > 1 && parts.Any(static part => part.Parameter is { IsCatchAll: true }))
        {
            return "A path segment that contains more than one section, such as a literal section or a parameter, cannot contain a catch-all parameter.";
        }
        return CheckOptional(parts) ?? CheckNeighbours(parts);
    }

    /// <summary>A catch-all takes the rest of the path, so nothing can follow it.</summary>
    public static string? CheckCatchAll(List<RouteSegment> segments) =>
        segments.Take(segments.Count - 1).Any(static segment => segment.Parameter is { IsCatchAll: true })
            ? "A catch-all parameter can only appear as the last segment of the route template."
            : null;

    private static string? CheckOptional(List<RoutePart> parts)
    {
        for (int i = 0; i < parts.Count && parts.Count > 1; i++)
        {
            if (parts[i].Parameter is not { IsOptional: true } parameter)
            {
                continue;
            }
            if (i < parts.Count - 1)
            {
                return $"An optional parameter must be at the end of the segment. In the segment '{Show(parts)}', optional parameter '{parameter.Name}' is followed by '{parts[i + 1]}'.";
            }
            if (parts[i - 1].Literal != ".")
            {
                return $"In the segment '{Show(parts)}', the optional parameter '{parameter.Name}' is preceded by an invalid segment '{parts[i - 1]}'. Only a period (.) can precede an optional parameter.";
            }
        }
        return null;
    }

    private static string? CheckNeighbours(List<RoutePart> parts)
    {
        for (int i = 1; i < parts.Count; i++)
        {
            if (parts[i - 1].Parameter is not null && parts[i].Parameter is not null)
            {
                return "A path segment cannot contain two consecutive parameters. They must be separated by a '/' or by a literal string.";
            }
        }
        return null;
    }

    private static string Show(IEnumerable<RoutePart> parts) => string.Concat(parts);
}
