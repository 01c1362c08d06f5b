using HyperGen.Generator.Models;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Generator.Emission;

/// <summary>A route parameter as a method of <c>Urls</c> takes it.</summary>
/// <param name="Declaration">Its declaration in C#.</param>
/// <param name="Text">The expression of its text in a path; null at run time when it is left out.</param>
internal sealed record UrlParameter(string Declaration, string Text)
{
    public static UrlParameter[] AllOf(RouteTemplate template, EndpointModel endpoint)
    {
        // C# wants optional parameters last; templates do not.
        int lastRequired = template.Parameters.Where(static p => !MayBeAbsent(p)).Select(static p => p.Ordinal).DefaultIfEmpty(-1).Max();
        return [.. template.Parameters.Select(p => Of(p, endpoint, isTrailing: p.Ordinal > lastRequired))];
    }

    private static UrlParameter Of(RouteParameter parameter, EndpointModel endpoint, bool isTrailing)
    {
        ParameterModel? bound = endpoint.Parameters.FirstOrDefault(p => p is { Source: ParameterSource.Route, Text.Shape: TextShape.One } && p.Ordinal == parameter.Ordinal);
        string name = Identifier(parameter.Name);
        string type = (bound?.Text?.Type ?? "string").TrimEnd('?');
        string text = $"{CodeFile.Services}UrlPath.{(parameter is { IsCatchAll: true, EncodesSlashes: false } ? "Rest" : "Segment")}({name})";
        if (!MayBeAbsent(parameter))
        {
            return new UrlParameter($"{type} {name}", text);
        }
        // Left out in the middle of a path, a value must still stand there.
        return isTrailing
            ? new UrlParameter($"{type}? {name} = null", text)
            : new UrlParameter($"{type}? {name}", $"({text} ?? {CodeFile.Quote(Uri.EscapeDataString(parameter.DefaultValue ?? ""))})");
    }

    private static bool MayBeAbsent(RouteParameter parameter) => parameter.IsOptional || parameter.IsCatchAll || parameter.DefaultValue is not null;

    private static string Identifier(string name)
    {
        string valid = new([.. name.Select(static c => SyntaxFacts.IsIdentifierPartCharacter(c) ? c : '_')]);
        return SyntaxFacts.IsIdentifierStartCharacter(valid[0]) ? SymbolExtensions.EscapedIdentifier(valid) : "_" + valid;
    }
}
