using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds the template of an attribute in the source.</summary>
internal static class TemplateLocation
{
    /// <summary>Where a part of an attribute's template stands: the characters themselves in a literal, else the argument, else the attribute.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="symbol">What it stands on.</param>
    /// <param name="parameter">The parameter of its constructor that takes the template.</param>
    /// <param name="template">The template that the attribute gives, without the prefixes of outer levels.</param>
    /// <param name="range">The part; one that begins before the template stands for all of it.</param>
    /// <param name="cancellation">Stops the search.</param>
    public static Location? Of(
        AttributeData attribute, ISymbol symbol, string parameter, string template, (int Start, int Length) range, CancellationToken cancellation)
    {
        if (attribute.ApplicationSyntaxReference?.GetSyntax(cancellation) is not AttributeSyntax { ArgumentList: { } arguments } || Argument(attribute, arguments, parameter) is not { } argument)
        {
            return attribute.LocationOf(symbol, cancellation);
        }
        TextSpan span = argument.Expression is LiteralExpressionSyntax literal && literal.Token.ValueText == template && range.Start >= 0
            ? LiteralMap.Find(literal.Token, range.Start, range.Length)
            : argument.Expression.Span;
        return Location.Create(argument.SyntaxTree, span);
    }

    /// <summary>The same, for a part of the template that the attribute's becomes below a prefix.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="symbol">What it stands on.</param>
    /// <param name="parameter">The parameter of its constructor that takes the template.</param>
    /// <param name="template">The template that the attribute gives.</param>
    /// <param name="whole">What <see cref="RouteTemplate.Combine"/> made of it.</param>
    /// <param name="range">The part of <paramref name="whole"/>.</param>
    /// <param name="cancellation">Stops the search.</param>
    public static Location? OfCombined(
        AttributeData attribute, ISymbol symbol, string parameter, string template, string whole, (int Start, int Length) range, CancellationToken cancellation)
    {
        int leading = template.StartsWith("/", StringComparison.Ordinal) ? 1 : 0;
        int trailing = template.Length > leading && template[template.Length - 1] == '/' ? 1 : 0;
        int added = whole.Length - (template.Length - leading - trailing);
        (int, int) own = range.Start >= added ? (range.Start - added + leading, range.Length) : (-1, 0);
        return Of(attribute, symbol, parameter, template, own, cancellation);
    }

    /// <summary>The literal that gives an attribute its template; null where it is no literal, or is not in the source.</summary>
    public static SyntaxToken? Literal(AttributeData attribute, string parameter, CancellationToken cancellation) =>
        attribute.ApplicationSyntaxReference?.GetSyntax(cancellation) is AttributeSyntax { ArgumentList: { } arguments }
        && Argument(attribute, arguments, parameter)?.Expression is LiteralExpressionSyntax literal
            ? literal.Token
            : null;

    private static AttributeArgumentSyntax? Argument(AttributeData attribute, AttributeArgumentListSyntax arguments, string parameter)
    {
        for (int i = 0; i < arguments.Arguments.Count; i++)
        {
            AttributeArgumentSyntax argument = arguments.Arguments[i];
            string? name = argument.NameColon?.Name.Identifier.ValueText
                ?? (argument.NameEquals is null && i < attribute.AttributeConstructor?.Parameters.Length ? attribute.AttributeConstructor.Parameters[i].Name : null);
            if (name == parameter)
            {
                return argument;
            }
        }
        return null;
    }
}
