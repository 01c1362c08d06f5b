using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds how the text of a route, a query, a header or a form becomes a value of a type.</summary>
/// <remarks>
/// A type parses itself through <c>IUtf8SpanParsable</c>, <c>ISpanParsable</c>, <c>IParsable</c> or a static <c>TryParse</c>, looked for in this order; those of the
/// framework that need a special word have a parser of their own. All of them ask for the invariant culture.
/// </remarks>
internal static class TextParser
{
    private const string Namespace = "global::HyperGen.CompilerServices.";

    private static readonly Dictionary<string, string> s_special = new(StringComparer.Ordinal)
    {
        ["System.DateTime"] = "DateTimeValue",
        ["System.DateTimeOffset"] = "DateTimeOffsetValue",
        ["System.Uri"] = "UriValue",
        ["System.Version"] = "VersionValue",
    };

    /// <summary>The way from text to a type: one value, or an array of them; null where there is none.</summary>
    /// <param name="type">The type.</param>
    /// <param name="acceptsLists">Whether lists count too: they are a body unless an attribute says otherwise.</param>
    /// <param name="context">The program.</param>
    public static TextModel? Find(ITypeSymbol type, bool acceptsLists, ParsingContext context)
    {
        if (type is IArrayTypeSymbol { Rank: 1 } array)
        {
            return One(array.ElementType, context) is { } element ? element with { Shape = TextShape.Array } : null;
        }
        ITypeSymbol underlying = type.UnderlyingNullable() ?? type;
        if (underlying.Is(context.Types[KnownNames.StringValues]))
        {
            return new TextModel("string", Namespace + "StringValue", TextShape.Texts);
        }
        if (One(type, context) is { } one)
        {
            return one;
        }
        return acceptsLists && ListElement(type) is { } item && One(item, context) is { } element2 ? element2 with { Shape = TextShape.List } : null;
    }

    private static TextModel? One(ITypeSymbol type, ParsingContext context)
    {
        if (type.UnderlyingNullable() is not { } underlying)
        {
            return Simple(type, context);
        }
        return Simple(underlying, context) is { } inner
            ? inner with { Type = type.Qualified(), Parser = $"{Namespace}NullableValue<{inner.Type}, {inner.Parser}>" }
            : null;
    }

    private static TextModel? Simple(ITypeSymbol type, ParsingContext context)
    {
        string name = type.Qualified();
        if (BuiltIn(type, context) is { } parser)
        {
            return new TextModel(name, parser, TextShape.One);
        }
        return TryParse(type, context) is { } method
            ? new TextModel(name, method.Parser, TextShape.One, method)
            : null;
    }

    private static string? BuiltIn(ITypeSymbol type, ParsingContext context)
    {
        if (type.SpecialType == SpecialType.System_String)
        {
            return Namespace + "StringValue";
        }
        if (type.TypeKind == TypeKind.Enum)
        {
            return $"{Namespace}EnumValue<{type.Qualified()}>";
        }
        if (type.TypeKind is not (TypeKind.Class or TypeKind.Struct) || type.IsRefLikeType)
        {
            return null;
        }
        if (s_special.TryGetValue(type.SpecialType == SpecialType.System_DateTime ? "System.DateTime" : type.ToDisplayString(), out string? special))
        {
            return Namespace + special;
        }
        string? family = Implements(type, context.Types[KnownNames.Utf8SpanParsable]) ? "Utf8Value"
            : Implements(type, context.Types[KnownNames.SpanParsable]) ? "SpanValue"
            : Implements(type, context.Types[KnownNames.Parsable]) ? "ParsableValue"
            : null;
        return family is null ? null : $"{Namespace}{family}<{type.Qualified()}>";
    }

    /// <summary><c>public static bool TryParse(input[, IFormatProvider], out T)</c>, of the type or a base type; bytes rather than characters, characters rather than strings.</summary>
    private static TryParseModel? TryParse(ITypeSymbol type, ParsingContext context) => type.SelfAndBases()
        .SelectMany(static t => t.GetMembers("TryParse").OfType<IMethodSymbol>())
        .Where(m => m is { IsStatic: true, DeclaredAccessibility: Accessibility.Public, IsGenericMethod: false, ReturnType.SpecialType: SpecialType.System_Boolean }
            && m.Parameters.Length is 2 or 3
            && m.Parameters[m.Parameters.Length - 1] is { RefKind: RefKind.Out } result && SymbolEqualityComparer.Default.Equals(result.Type, type)
            && (m.Parameters.Length == 2 || m.Parameters[1].Type.Is(context.Types[KnownNames.FormatProvider])))
        .Select(static m => (Method: m, Input: Input(m.Parameters[0].Type)))
        .Where(static m => m.Input is not null)
        .OrderBy(static m => m.Input == "utf8" ? 0 : m.Input == "chars" ? 1 : 2)
        .ThenByDescending(static m => m.Method.Parameters.Length)
        .Select(m => new TryParseModel(type.Qualified(), m.Method.ContainingType.Qualified(), m.Input!, m.Method.Parameters.Length == 3))
        .FirstOrDefault();

    private static string? Input(ITypeSymbol type) => type.SpecialType == SpecialType.System_String ? "text" : type.ToDisplayString() switch
    {
        "System.ReadOnlySpan<byte>" => "utf8",
        "System.ReadOnlySpan<char>" => "chars",
        _ => null,
    };

    /// <summary>Whether a type implements <c>ISomething&lt;itself&gt;</c>.</summary>
    private static bool Implements(ITypeSymbol type, INamedTypeSymbol? definition) => definition is not null && type.AllInterfaces.Any(i =>
        SymbolEqualityComparer.Default.Equals(i.OriginalDefinition, definition) && SymbolEqualityComparer.Default.Equals(i.TypeArguments[0], type));

    private static ITypeSymbol? ListElement(ITypeSymbol type) => type is INamedTypeSymbol { TypeArguments.Length: 1 } named
        && type.OriginalDefinition.ToDisplayString() is "System.Collections.Generic.List<T>" or "System.Collections.Generic.IList<T>"
            or "System.Collections.Generic.ICollection<T>" or "System.Collections.Generic.IEnumerable<T>"
            or "System.Collections.Generic.IReadOnlyList<T>" or "System.Collections.Generic.IReadOnlyCollection<T>"
            ? named.TypeArguments[0]
            : null;
}
