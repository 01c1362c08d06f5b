using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Tells constraints that let through no value of a parameter's type: every request would be answered with 400 or 404.</summary>
/// <remarks>Only types and constraints whose kind is beyond doubt are compared. A type that parses itself may accept anything.</remarks>
internal static class ConstraintKinds
{
    private enum Kind
    {
        Any,
        Number,
        Truth,
        Identifier,
        Date,
    }

    /// <summary>The constraint that contradicts a type; null where none does.</summary>
    public static RouteParameterConstraint? Contradiction(RouteParameter parameter, ITypeSymbol type)
    {
        Kind wanted = Of(type.UnderlyingNullable() ?? type);
        return wanted == Kind.Any ? null : parameter.Constraints.FirstOrDefault(c => Of(c.Kind) is not Kind.Any and var kind && kind != wanted);
    }

    private static Kind Of(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Boolean => Kind.Truth,
        SpecialType.System_DateTime => Kind.Date,
        >= SpecialType.System_SByte and <= SpecialType.System_Double => Kind.Number,
        _ => type.ToDisplayString() switch
        {
            "System.Guid" => Kind.Identifier,
            "System.DateTimeOffset" or "System.DateOnly" => Kind.Date,
            _ => Kind.Any,
        },
    };

    private static Kind Of(RouteConstraintKind constraint) => constraint switch
    {
        RouteConstraintKind.Int or RouteConstraintKind.Long or RouteConstraintKind.Decimal or RouteConstraintKind.Double or RouteConstraintKind.Float
            or RouteConstraintKind.Min or RouteConstraintKind.Max or RouteConstraintKind.Range => Kind.Number,
        RouteConstraintKind.Bool => Kind.Truth,
        RouteConstraintKind.Guid => Kind.Identifier,
        RouteConstraintKind.DateTime => Kind.Date,
        _ => Kind.Any,
    };
}
