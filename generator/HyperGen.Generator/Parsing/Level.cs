using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>A place whose attributes count for an endpoint: the assembly, a group, the class, the method.</summary>
internal sealed class Level(ISymbol symbol)
{
    public ISymbol Symbol { get; } = symbol;

    /// <summary>Its attributes, with those it inherits, in the order of the source.</summary>
    public ImmutableArray<AttributeData> Attributes { get; } = symbol.AttributesWithInherited();

    /// <summary>What a person calls it.</summary>
    public string DisplayName => Symbol switch
    {
        IMethodSymbol method => method.ContainingType.Readable() + "." + method.Name,
        ITypeSymbol type => type.Readable(),
        _ => Symbol.Name,
    };

    public AttributeData? Find(INamedTypeSymbol? attributeClass) => Attributes.LastOrDefault(a => a.AttributeClass.Is(attributeClass));
}
