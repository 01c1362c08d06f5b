using System.Collections.Immutable;
using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Something to be bound: a parameter of a handler, or a member of an <c>[AsParameters]</c> type.</summary>
/// <param name="Symbol">The parameter or property.</param>
/// <param name="Type">Its type.</param>
/// <param name="Attributes">Its attributes; of a record's member those of the parameter and of the property.</param>
/// <param name="Index">The place of the handler's parameter that it is, or belongs to.</param>
internal sealed record BindingSlot(ISymbol Symbol, ITypeSymbol Type, ImmutableArray<AttributeData> Attributes, int Index)
{
    public static BindingSlot Of(IParameterSymbol parameter) => new(parameter, parameter.Type, parameter.GetAttributes(), parameter.Ordinal);

    public string Name => Symbol.Name;

    public Location? Location => Symbol.Locations.FirstOrDefault();

    /// <summary>What stands for an absent value, as a C# expression; null when the value is required.</summary>
    /// <remarks>As in ASP.NET Core, code without nullable annotations requires no reference.</remarks>
    public string? Absent => Symbol is IParameterSymbol { HasExplicitDefaultValue: true } parameter ? parameter.DefaultExpression()
        : Type.UnderlyingNullable() is not null || (Type.IsReferenceType && Type.NullableAnnotation != NullableAnnotation.NotAnnotated) ? "null"
        : null;

    /// <summary>The attribute with some metadata, e.g. <c>IFromQueryMetadata</c>; null when it has none.</summary>
    public AttributeData? Find(INamedTypeSymbol? metadata) => metadata is null ? null : Attributes.FirstOrDefault(a => a.AttributeClass.IsOrDerivesFrom(metadata));

    public ParameterModel Model(ParameterSource source) => new(Name, Type.QualifiedWithNullability(), source)
    {
        Absent = Absent,
        IsNullableValue = Type.UnderlyingNullable() is not null,
        IsRefReadOnly = Symbol is IParameterSymbol { RefKind: RefKind.RefReadOnlyParameter, ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Ordinary } },
    };
}
