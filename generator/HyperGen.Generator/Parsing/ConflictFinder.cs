using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Holds the routes of a program against each other, and against those of the assemblies whose endpoints it serves.</summary>
internal static class ConflictFinder
{
    /// <summary>Reports HG0001 and HG0002, each at the later of its two endpoints.</summary>
    /// <param name="own">The routes of the program.</param>
    /// <param name="references">The routes of referenced assemblies; they count as earlier, because it is the program that can still change.</param>
    /// <param name="problems">Told of each conflict.</param>
    /// <param name="locate">Where one of the program's own routes stands, by its place in the list; null from it, or for a route from elsewhere, means nowhere in the source.</param>
    public static void Report(IReadOnlyList<RouteModel> own, IReadOnlyList<RouteModel> references, IProblemSink problems, Func<int, Location?>? locate = null)
    {
        List<RouteEntry> entries = [];
        foreach (RouteModel route in references.Concat(own))
        {
            if (RouteTemplate.TryParse(route.Template, out RouteTemplate? template, out _))
            {
                entries.Add(new RouteEntry(entries.Count, route.Method, template, route.DisplayName));
            }
        }
        int firstOwn = entries.Count - own.Count;
        foreach (RouteConflict conflict in RouteConflicts.Find(entries))
        {
            RouteEntry first = conflict.First;
            RouteEntry second = conflict.Second;
            Location? location = Place(second);
            string other = Place(first) is { } place ? " in " + Show(place) : "";
            if (conflict.IsDuplicate)
            {
                problems.Report(Rules.DuplicateRoute, location, second.DisplayName, first.DisplayName, first.Method, first.Template.Text, other);
            }
            else
            {
                problems.Report(Rules.AmbiguousRoute, location, second.DisplayName, second.Template.Text, first.DisplayName, first.Template.Text, other);
            }
        }

        Location? Place(RouteEntry entry) => entry.Id >= firstOwn ? locate?.Invoke(entry.Id - firstOwn) : null;
    }

    /// <summary>Where the other endpoint stands, for messages on a terminal, where nobody can click on it: <c>Users.cs:12</c>.</summary>
    private static string Show(Location place)
    {
        FileLinePositionSpan span = place.GetLineSpan();
        return $"{Path.GetFileName(span.Path)}:{span.StartLinePosition.Line + 1}";
    }
}
