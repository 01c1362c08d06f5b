using System.Diagnostics.CodeAnalysis;

namespace HyperGen.Generator;

/// <summary>A route template, parsed: the segments between its slashes. The syntax and the precedence are ASP.NET Core's.</summary>
/// <remarks>
/// <c>/literal/{name}/{name:constraint(args)}/{name?}/{name=default}/{**rest}</c>, complex segments such as <c>{name}.{extension?}</c>, and
/// braces doubled where they are meant literally. A template that names an unknown constraint still parses, so that the rule for it can say
/// which: see <see cref="UnknownConstraint"/>.
/// </remarks>
internal sealed class RouteTemplate
{
    internal RouteTemplate(string text, IReadOnlyList<RouteSegment> segments)
    {
        Text = text;
        Segments = segments;
        Parameters = segments.SelectMany(static segment => segment.Parameters).ToArray();
    }

    /// <summary>The template as a person reads it, beginning with <c>/</c>.</summary>
    public string Text { get; }

    /// <summary>What stands between the slashes; none for <c>/</c>.</summary>
    public IReadOnlyList<RouteSegment> Segments { get; }

    /// <summary>The parameters in the order of the text: a parameter's ordinal is its place in this list.</summary>
    public IReadOnlyList<RouteParameter> Parameters { get; }

    /// <summary>The text of the first constraint that is not one of ASP.NET Core's own; null when all are.</summary>
    public string? UnknownConstraint => Parameters
        .SelectMany(static parameter => parameter.Constraints)
        .FirstOrDefault(static constraint => constraint.Kind == RouteConstraintKind.Unknown)?.Text;

    /// <summary>Whether a path can match the template by one text only.</summary>
    public bool IsStatic => Parameters.Count == 0;

    /// <summary>Parses a template.</summary>
    /// <param name="text">The template; a leading <c>/</c> may be left out.</param>
    /// <param name="template">The template, when the result is true.</param>
    /// <param name="error">Otherwise what is wrong with it, as a sentence, the same that ASP.NET Core would say where it has one.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out RouteTemplate? template, [NotNullWhen(false)] out string? error)
    {
        (template, error) = new RouteTemplateParser(text).Parse();
        return template is not null;
    }

    /// <summary>Which characters of a template that does not parse the error is about.</summary>
    public static (int Start, int Length) FindFault(string text)
    {
        RouteTemplateParser parser = new(text);
        parser.Parse();
        return parser.Fault;
    }

    /// <summary>Puts a template below a prefix. What is malformed stays so: parsing the result says what is wrong.</summary>
    /// <param name="prefix">The prefix, with or without a leading and a trailing <c>/</c>; empty or <c>/</c> for none.</param>
    /// <param name="template">The template; a leading <c>/</c> keeps it below the prefix.</param>
    /// <returns>The whole template, beginning with <c>/</c>, without a trailing one.</returns>
    public static string Combine(string prefix, string template)
    {
        string head = TrimSlash(prefix);
        string tail = TrimSlash(template);
        return head.Length == 0 ? "/" + tail : tail.Length == 0 ? "/" + head : "/" + head + "/" + tail;
    }

    public override string ToString() => Text;

    private static string TrimSlash(string text)
    {
        int start = text.StartsWith("/", StringComparison.Ordinal) ? 1 : 0;
        int end = text.Length > start && text[text.Length - 1] == '/' ? text.Length - 1 : text.Length;
        return text.Substring(start, end - start);
    }
}
