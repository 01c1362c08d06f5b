using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Follows a type to all those that System.Text.Json's own generator covers along with it.</summary>
internal sealed class JsonGraph(ConcurrentDictionary<ITypeSymbol, bool> covered)
{
    /// <summary>The types that <c>HyperGen.CompilerServices.JsonContracts</c> always has a contract for.</summary>
    private static readonly HashSet<string> s_simple = new(StringComparer.Ordinal)
    {
        "System.DateTimeOffset", "System.DateOnly", "System.TimeOnly", "System.TimeSpan", "System.Guid", "System.Uri", "System.Version",
        "System.Half", "System.Int128", "System.UInt128",
        "System.Text.Json.JsonElement", "System.Text.Json.JsonDocument",
        "System.Text.Json.Nodes.JsonNode", "System.Text.Json.Nodes.JsonObject", "System.Text.Json.Nodes.JsonArray", "System.Text.Json.Nodes.JsonValue",
    };

    public static bool IsSimple(ITypeSymbol type) => type.SpecialType switch
    {
        >= SpecialType.System_Boolean and <= SpecialType.System_String => true,
        SpecialType.System_DateTime => true,
        SpecialType.None => type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte } || s_simple.Contains(type.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString()),
        _ => false,
    };

    public void Add(ITypeSymbol root)
    {
        Stack<ITypeSymbol> open = new([root]);
        while (open.Count > 0)
        {
            ITypeSymbol type = open.Pop();
            if (type.TypeKind is TypeKind.Error or TypeKind.TypeParameter || !covered.TryAdd(type, true) || IsSimple(type) || HasConverter(type))
            {
                continue;
            }
            foreach (ITypeSymbol next in Below(type))
            {
                open.Push(next);
            }
        }
    }

    private static IEnumerable<ITypeSymbol> Below(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol array)
        {
            return [array.ElementType];
        }
        if (type.UnderlyingNullable() is { } underlying)
        {
            return [underlying];
        }
        if (type is not INamedTypeSymbol named || type.TypeKind == TypeKind.Enum)
        {
            return [];
        }
        INamedTypeSymbol? sequence = named.SelfAndInterfaces().FirstOrDefault(static i => i.OriginalDefinition.ToDisplayString()
            is "System.Collections.Generic.IDictionary<TKey, TValue>" or "System.Collections.Generic.IReadOnlyDictionary<TKey, TValue>")
            ?? named.SelfAndInterfaces().FirstOrDefault(static i => i.OriginalDefinition.ToDisplayString()
                is "System.Collections.Generic.IEnumerable<T>" or "System.Collections.Generic.IAsyncEnumerable<T>");
        IEnumerable<ITypeSymbol> below = sequence is not null ? sequence.TypeArguments
            : type.ToDisplayString() is { } name && (name.StartsWith("System.Memory<", StringComparison.Ordinal) || name.StartsWith("System.ReadOnlyMemory<", StringComparison.Ordinal)) ? named.TypeArguments
            : Members(named);
        return below.Concat(DerivedTypes(named));
    }

    private static IEnumerable<ITypeSymbol> Members(INamedTypeSymbol type)
    {
        foreach (INamedTypeSymbol declaring in type.TypeKind == TypeKind.Interface ? type.SelfAndInterfaces() : type.SelfAndBases().OfType<INamedTypeSymbol>())
        {
            foreach (ISymbol member in declaring.GetMembers())
            {
                if (!member.IsStatic && !IsIgnored(member) && (member.DeclaredAccessibility == Accessibility.Public || Has(member, "JsonIncludeAttribute")))
                {
                    if (member is IPropertySymbol { IsIndexer: false } property && !HasConverter(property))
                    {
                        yield return property.Type;
                    }
                    else if (member is IFieldSymbol { IsImplicitlyDeclared: false } field && Has(field, "JsonIncludeAttribute") && !HasConverter(field))
                    {
                        yield return field.Type;
                    }
                }
            }
        }
    }

    private static IEnumerable<ITypeSymbol> DerivedTypes(INamedTypeSymbol type) => type.GetAttributes()
        .Where(static a => a.AttributeClass?.Name == "JsonDerivedTypeAttribute")
        .SelectMany(static a => a.ConstructorArguments)
        .Where(static a => a.Kind == TypedConstantKind.Type)
        .Select(static a => a.Value)
        .OfType<ITypeSymbol>();

    private static bool IsIgnored(ISymbol member) => member.GetAttributes().Any(static a =>
        a.AttributeClass?.Name == "JsonIgnoreAttribute" && a.Named("Condition", 1) == 1);

    private static bool HasConverter(ISymbol symbol) => Has(symbol, "JsonConverterAttribute");

    private static bool Has(ISymbol symbol, string attribute) => symbol.GetAttributes().Any(a => a.AttributeClass?.Name == attribute);
}
