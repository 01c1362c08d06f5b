using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Reads the template that one attribute gives, before anything is put in front of it, so that a mistake is told where it was made.</summary>
internal static class TemplateParser
{
    /// <param name="text">The template.</param>
    /// <param name="attribute">The attribute that gives it.</param>
    /// <param name="symbol">What the attribute stands on.</param>
    /// <param name="parameter">The parameter of the attribute's constructor that takes it.</param>
    /// <param name="context">The program.</param>
    public static RouteTemplate? Parse(string text, AttributeData attribute, ISymbol symbol, string parameter, ParsingContext context)
    {
        if (!RouteTemplate.TryParse(text, out RouteTemplate? template, out string? error))
        {
            context.Report(Rules.InvalidTemplate, Locate(RouteTemplate.FindFault(text)), text, error);
            return null;
        }
        if (template.UnknownConstraint is { } constraint)
        {
            context.Report(Rules.UnknownConstraint, Locate((text.IndexOf(":" + constraint, StringComparison.Ordinal) + 1, constraint.Length)), text, constraint);
            return null;
        }
        return template;

        Location? Locate((int, int) range) => TemplateLocation.Of(attribute, symbol, parameter, text, range, context.Cancellation);
    }
}
