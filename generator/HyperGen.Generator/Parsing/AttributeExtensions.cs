using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Reads attributes as the runtime would: arguments by position and by name, inherited ones where their usage says so.</summary>
internal static class AttributeExtensions
{
    /// <summary>The value of a constructor parameter, whichever overload was used; the default where there is none.</summary>
    public static T? Argument<T>(this AttributeData attribute, string parameter)
    {
        ImmutableArray<IParameterSymbol> parameters = attribute.AttributeConstructor?.Parameters ?? ImmutableArray<IParameterSymbol>.Empty;
        for (int i = 0; i < parameters.Length && i < attribute.ConstructorArguments.Length; i++)
        {
            if (parameters[i].Name == parameter && attribute.ConstructorArguments[i] is { Kind: not TypedConstantKind.Array, Value: T value })
            {
                return value;
            }
        }
        return default;
    }

    /// <summary>The value of a property set in the attribute; the fallback where it is not set.</summary>
    public static T Named<T>(this AttributeData attribute, string property, T fallback)
    {
        foreach (KeyValuePair<string, TypedConstant> named in attribute.NamedArguments)
        {
            if (named.Key == property && named.Value is { Kind: not TypedConstantKind.Array, Value: T value })
            {
                return value;
            }
        }
        return fallback;
    }

    /// <summary>The attribute as it is written: without its suffix.</summary>
    public static string ShortName(this AttributeData attribute)
    {
        string name = attribute.AttributeClass?.Name ?? "";
        return name.EndsWith("Attribute", StringComparison.Ordinal) ? name.Substring(0, name.Length - "Attribute".Length) : name;
    }

    /// <summary>The attributes of a symbol and, as reflection has it, those it inherits from base classes or overridden methods, the inherited ones first.</summary>
    public static ImmutableArray<AttributeData> AttributesWithInherited(this ISymbol symbol)
    {
        ImmutableArray<AttributeData> own = symbol.GetAttributes();
        ISymbol? parent = symbol switch
        {
            INamedTypeSymbol { BaseType: { SpecialType: not SpecialType.System_Object } type } => type,
            IMethodSymbol { OverriddenMethod: { } method } => method,
            _ => null,
        };
        if (parent is null)
        {
            return own;
        }
        ImmutableArray<AttributeData>.Builder all = ImmutableArray.CreateBuilder<AttributeData>();
        foreach (AttributeData inherited in parent.AttributesWithInherited())
        {
            (bool isInherited, bool allowMultiple) = Usage(inherited.AttributeClass);
            if (isInherited && (allowMultiple || !own.Any(a => SymbolEqualityComparer.Default.Equals(a.AttributeClass, inherited.AttributeClass))))
            {
                all.Add(inherited);
            }
        }
        all.AddRange(own);
        return all.ToImmutable();
    }

    private static (bool Inherited, bool AllowMultiple) Usage(INamedTypeSymbol? attributeClass)
    {
        for (INamedTypeSymbol? type = attributeClass; type is not null; type = type.BaseType)
        {
            foreach (AttributeData usage in type.GetAttributes())
            {
                if (usage.AttributeClass is { Name: "AttributeUsageAttribute", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } })
                {
                    return (usage.Named("Inherited", true), usage.Named("AllowMultiple", false));
                }
            }
        }
        return (true, false);
    }
}
