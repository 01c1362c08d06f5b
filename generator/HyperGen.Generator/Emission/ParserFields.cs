using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>The structs of a module that reach the static <c>TryParse</c> methods of the program: one for each type.</summary>
internal static class ParserFields
{
    public static void Declare(CodeWriter writer, IEnumerable<EndpointModel> endpoints)
    {
        foreach (TryParseModel parser in endpoints
            .SelectMany(static e => e.Parameters.SelectMany(All))
            .Distinct()
            .OrderBy(static p => p.Type, StringComparer.Ordinal))
        {
            Declare(writer, parser);
        }
    }

    private static void Declare(CodeWriter writer, TryParseModel parser)
    {
        string provider = parser.TakesProvider ? "global::System.Globalization.CultureInfo.InvariantCulture, " : "";
        string call = $"{parser.Declaring}.TryParse({parser.Input}, {provider}out value!)";
        using (writer.Open($"private readonly struct {parser.Parser} : global::HyperGen.CompilerServices.IValueParser<{parser.Type}>"))
        using (writer.Open($"public static bool TryParse(global::System.ReadOnlySpan<byte> utf8, out {parser.Type} value)"))
        {
            if (parser.Input == "utf8")
            {
                writer.Line($"return {call};");
                return;
            }
            writer.Line("value = default!;");
            writer.Line("return global::HyperGen.CompilerServices.StringValue.TryParse(utf8, out string? text)");
            writer.Line("    && " + call.Replace("(chars", "(global::System.MemoryExtensions.AsSpan(text)") + ";");
        }
    }

    private static IEnumerable<TryParseModel> All(ParameterModel parameter)
    {
        IEnumerable<TryParseModel> below = parameter.Members.SelectMany(All);
        return parameter.Text?.TryParse is { } own ? below.Append(own) : below;
    }
}
