using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>The fields of a module that hold JSON contracts: one for each type, whichever endpoints use it.</summary>
internal static class JsonFields
{
    private const string TypeInfo = "global::System.Text.Json.Serialization.Metadata.JsonTypeInfo";

    public static void Declare(CodeWriter writer, IEnumerable<EndpointModel> endpoints)
    {
        foreach (string type in Types(endpoints))
        {
            writer.Line($"private {TypeInfo}<{type}> {Name(type)} = null!;");
        }
    }

    public static void Initialize(CodeWriter writer, IEnumerable<EndpointModel> endpoints)
    {
        foreach (string type in Types(endpoints))
        {
            writer.Line($"{Name(type)} = services.JsonTypeInfo<{type}>();");
        }
    }

    public static string Name(string type) => TypeIdentifier.Of("_json_", type);

    private static IEnumerable<string> Types(IEnumerable<EndpointModel> endpoints) => endpoints
        .SelectMany(static e => e.Parameters.SelectMany(Types).Append(e.Return.JsonType))
        .Where(static t => t.Length > 0)
        .Distinct(StringComparer.Ordinal)
        .OrderBy(static t => t, StringComparer.Ordinal);

    private static IEnumerable<string> Types(ParameterModel parameter) =>
        parameter.Source == ParameterSource.Json ? [parameter.Target] : parameter.Members.SelectMany(Types);
}
