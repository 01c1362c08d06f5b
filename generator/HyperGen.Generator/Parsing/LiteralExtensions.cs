using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Generator.Parsing;

/// <summary>Turns constants of the program back into C# expressions.</summary>
internal static class LiteralExtensions
{
    /// <summary>The expression <c>new X(…) { … }</c> that makes an attribute anew.</summary>
    public static string ToExpression(this AttributeData attribute)
    {
        IEnumerable<string> arguments = attribute.AttributeConstructor is { } constructor
            ? constructor.Parameters.Zip(attribute.ConstructorArguments, Argument)
            : [];
        string creation = "new " + attribute.AttributeClass!.Qualified() + "(" + string.Join(", ", arguments) + ")";
        return attribute.NamedArguments.IsEmpty
            ? creation
            : creation + " { " + string.Join(", ", attribute.NamedArguments.Select(n => SymbolExtensions.EscapedIdentifier(n.Key) + " = " + n.Value.ToExpression())) + " }";
    }

    public static string ToExpression(this TypedConstant constant) => constant.Kind switch
    {
        _ when constant.IsNull => "null!",
        TypedConstantKind.Type => "typeof(" + ((ITypeSymbol)constant.Value!).QualifiedUnbound() + ")",
        TypedConstantKind.Array => "new " + constant.Type!.Qualified() + " { " + string.Join(", ", constant.Values.Select(ToExpression)) + " }",
        _ => Literal(constant.Value, constant.Type!),
    };

    /// <summary>The default value of an optional parameter.</summary>
    public static string DefaultExpression(this IParameterSymbol parameter) => parameter.ExplicitDefaultValue is { } value
        ? Literal(value, parameter.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : parameter.Type)
        : "default(" + parameter.Type.Qualified() + ")" + (parameter.Type.IsReferenceType ? "!" : "");

    private static string Literal(object? value, ITypeSymbol type)
    {
        string literal = value switch
        {
            double.PositiveInfinity => "double.PositiveInfinity",
            double.NegativeInfinity => "double.NegativeInfinity",
            double.NaN => "double.NaN",
            float.PositiveInfinity => "float.PositiveInfinity",
            float.NegativeInfinity => "float.NegativeInfinity",
            float.NaN => "float.NaN",
            // Without its suffix it would be a double first, which has neither the digits of a decimal nor its range.
            decimal or float => SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false) + (value is decimal ? "m" : "f"),
            _ => SymbolDisplay.FormatPrimitive(value!, quoteStrings: true, useHexadecimalNumbers: false) ?? "default",
        };
        return value is string or bool or char or int ? Cast(literal, type, SpecialType.System_String, SpecialType.System_Boolean, SpecialType.System_Char, SpecialType.System_Int32, SpecialType.System_Object)
            : Cast(literal, type);
    }

    /// <summary>A cast wherever the literal alone would be of another type: enums, bytes, floats and the like.</summary>
    private static string Cast(string literal, ITypeSymbol type, params SpecialType[] literalTypes) =>
        literalTypes.Contains(type.SpecialType) ? literal : "unchecked((" + type.Qualified() + ")(" + literal + "))";

    // typeof(List<>) is an unbound generic, which displays as List<T>'s definition would.
    private static string QualifiedUnbound(this ITypeSymbol type) => type is INamedTypeSymbol { IsUnboundGenericType: true }
        ? type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)
        : type.Qualified();

    // The compiler fills these in from the place of the attribute: repeating them would make generated code change with every line above it.
    private static string Argument(IParameterSymbol parameter, TypedConstant value) =>
        parameter.GetAttributes().Any(a => a.AttributeClass is { Name: "CallerLineNumberAttribute" or "CallerFilePathAttribute" or "CallerMemberNameAttribute" })
            ? parameter.DefaultExpression()
            : value.ToExpression();
}
