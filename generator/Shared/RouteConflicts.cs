namespace HyperGen.Generator;

/// <summary>Two routes of one method between which a path cannot choose.</summary>
/// <param name="First">The one with the smaller number.</param>
/// <param name="Second">The other.</param>
/// <param name="IsDuplicate">Whether the templates are the same (HG0001), rather than different but equally good for some path (HG0002).</param>
internal sealed record RouteConflict(RouteEntry First, RouteEntry Second, bool IsDuplicate);

/// <summary>Finds the routes for which ASP.NET Core would fail with an AmbiguousMatchException at run time.</summary>
/// <remarks>
/// Templates of different precedence never conflict. Of equal ones with different constraints only those are reported for which a value is
/// known that satisfies both, so that a report is always right; where two exclude each other in practice the program is left alone.
/// </remarks>
internal static class RouteConflicts
{
    public static IReadOnlyList<RouteConflict> Find(IReadOnlyList<RouteEntry> routes)
    {
        List<RouteConflict> conflicts = [];
        foreach (IGrouping<(string, string), RouteEntry> group in routes.GroupBy(static route => (route.Method, RouteShape.Outline(route.Template))))
        {
            List<RouteEntry> alike = [.. group];
            for (int i = 1; i < alike.Count; i++)
            {
                // One report for each route is enough: it names the first one in the way.
                RouteConflict? conflict = alike.Take(i).Select(earlier => Compare(earlier, alike[i])).FirstOrDefault(static found => found is not null);
                if (conflict is not null)
                {
                    conflicts.Add(conflict);
                }
            }
        }
        return conflicts;
    }

    private static RouteConflict? Compare(RouteEntry first, RouteEntry second)
    {
        if (string.Equals(RouteShape.Fold(first.Template.Text).TrimEnd('/'), RouteShape.Fold(second.Template.Text).TrimEnd('/'), StringComparison.Ordinal))
        {
            return new RouteConflict(first, second, IsDuplicate: true);
        }
        for (int i = 0; i < first.Template.Segments.Count; i++)
        {
            if (!Overlap(first.Template.Segments[i], second.Template.Segments[i]))
            {
                return null;
            }
        }
        return new RouteConflict(first, second, IsDuplicate: false);
    }

    private static bool Overlap(RouteSegment first, RouteSegment second)
    {
        if (first.Literal is not null)
        {
            return true;
        }
        if (first.Parameter is { } left && second.Parameter is { } right)
        {
            return RouteConstraintSamples.Overlap(left.Constraints, right.Constraints);
        }

        // Complex segments: only the same literals, around parameters that can have the same values, are sure to match the same text.
        return first.Parts.Count == second.Parts.Count && first.Parts.Zip(second.Parts, static (a, b) => (a, b)).All(static pair =>
            pair.a.Literal is { } literal
                ? pair.b.Literal is { } other && RouteShape.Fold(literal) == RouteShape.Fold(other)
                : pair.b.Parameter is { } parameter && RouteConstraintSamples.Overlap(pair.a.Parameter!.Constraints, parameter.Constraints));
    }
}
