using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds the groups a class hangs below: those it is nested in, unless <c>Group = typeof(…)</c> names another.</summary>
internal static class GroupParser
{
    /// <summary>The levels above the methods of a class, from the assembly inwards, ending with the class; and the prefix they give.</summary>
    public static (ImmutableArray<Level> Levels, string Prefix) Parse(INamedTypeSymbol controller, ParsingContext context)
    {
        List<Level> levels = [];
        List<string> prefixes = [];
        AttributeData? marker = controller.GetAttributes().FirstOrDefault(a => a.AttributeClass.Is(context.Types[KnownNames.HyperController]));
        INamedTypeSymbol? current = controller;
        while (current is not null && marker is not null)
        {
            levels.Add(new Level(current));
            prefixes.Add(marker.Argument<string>("prefix") ?? "/");
            TemplateParser.Parse(prefixes[prefixes.Count - 1], marker, current, "prefix", context);
            (current, marker) = Parent(current!, marker, context);
            if (current is not null && levels.Any(l => SymbolEqualityComparer.Default.Equals(l.Symbol, current)))
            {
                context.Report(Rules.AttributeValueOutOfRange, current.Locations.FirstOrDefault(), "Group", current.Readable(),
                    "the groups name each other in a circle");
                break;
            }
        }
        levels.Add(new Level(controller.ContainingAssembly));
        levels.Reverse();
        prefixes.Reverse();
        return ([.. levels], prefixes.Aggregate(RouteTemplate.Combine));
    }

    private static (INamedTypeSymbol?, AttributeData?) Parent(INamedTypeSymbol type, AttributeData marker, ParsingContext context)
    {
        INamedTypeSymbol? group = context.Types[KnownNames.Group];
        if (marker.Named<INamedTypeSymbol?>("Group", null) is { } named)
        {
            AttributeData? found = named.GetAttributes().FirstOrDefault(a => a.AttributeClass.Is(group));
            if (found is null)
            {
                context.Report(Rules.AttributeValueOutOfRange, marker.LocationOf(type, context.Cancellation), marker.ShortName(), type.Readable(),
                    "'" + named.Readable() + "' is not a group: mark it [Group(\"/prefix\")]");
            }
            return (named, found);
        }
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (outer.GetAttributes().FirstOrDefault(a => a.AttributeClass.Is(group)) is { } found)
            {
                return (outer, found);
            }
        }
        return (null, null);
    }
}
