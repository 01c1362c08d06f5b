using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Generator.Parsing;

/// <summary>Questions to symbols that several parsers ask.</summary>
internal static class SymbolExtensions
{
    private static readonly SymbolDisplayFormat Nesting = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    private static readonly SymbolDisplayFormat WithNullability =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>The type as generated code names it: <c>global::</c>, keywords escaped, no nullable annotations, so that it fits <c>typeof</c> and <c>new</c>.</summary>
    public static string Qualified(this ITypeSymbol type) =>
        type.TypeKind == TypeKind.Dynamic ? "object" : type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>The type of a variable as generated code declares it: <see cref="Qualified"/>, with its nullable annotations.</summary>
    public static string QualifiedWithNullability(this ITypeSymbol type) =>
        type.TypeKind == TypeKind.Dynamic ? "object" : type.ToDisplayString(WithNullability);

    /// <summary>The type of a value that is there, as a type argument: of its own arguments the annotations count, because the compiler tells <c>List&lt;string?&gt;</c> and <c>List&lt;string&gt;</c> apart.</summary>
    public static string QualifiedAsArgument(this ITypeSymbol type) => type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).QualifiedWithNullability();

    /// <summary>The <c>T</c> of a <c>Nullable&lt;T&gt;</c>; null for any other type.</summary>
    public static ITypeSymbol? UnderlyingNullable(this ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : null;

    /// <summary>The type as a person names it: with the types that contain it, without namespaces.</summary>
    public static string Readable(this ITypeSymbol type) => type.ToDisplayString(Nesting);

    /// <summary>The name as C# wants it: with <c>@</c> where it is a keyword.</summary>
    public static string Escaped(this ISymbol symbol) => EscapedIdentifier(symbol.Name);

    /// <summary>An identifier as C# wants it: with <c>@</c> where it is a keyword.</summary>
    public static string EscapedIdentifier(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    public static bool Is(this ITypeSymbol? type, INamedTypeSymbol? known) =>
        known is not null && SymbolEqualityComparer.Default.Equals(type?.OriginalDefinition, known);

    /// <summary>Whether a type is another, derives from it, or implements it.</summary>
    public static bool IsOrDerivesFrom(this ITypeSymbol? type, INamedTypeSymbol? known)
    {
        if (type is null || known is null)
        {
            return false;
        }
        return known.TypeKind == TypeKind.Interface
            ? type.Is(known) || type.AllInterfaces.Any(i => i.Is(known))
            : type.SelfAndBases().Any(t => t.Is(known));
    }

    public static IEnumerable<INamedTypeSymbol> SelfAndInterfaces(this ITypeSymbol type) =>
        type is INamedTypeSymbol named ? type.AllInterfaces.Insert(0, named) : type.AllInterfaces;

    public static IEnumerable<ITypeSymbol> SelfAndBases(this ITypeSymbol type)
    {
        for (ITypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }

    /// <summary>Where an attribute stands, or its symbol when it comes from elsewhere.</summary>
    public static Location? LocationOf(this AttributeData attribute, ISymbol symbol, CancellationToken cancellation) =>
        attribute.ApplicationSyntaxReference?.GetSyntax(cancellation).GetLocation() ?? symbol.Locations.FirstOrDefault();
}
