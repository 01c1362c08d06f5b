using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes pipelines: each middleware is called with a struct that knows the rest, so that no delegate and no closure is made for a request.</summary>
internal static class PipelineEmitter
{
    public static void Emit(CodeWriter writer, MiddlewareTable table)
    {
        if (table.Pipelines.All(static p => p.Count == 0))
        {
            writer.Line("/// <inheritdoc/>");
            writer.Line("// No endpoint has middleware.");
            writer.Line($"public override {CodeFile.ValueTask} InvokeAsync(int endpoint, {CodeFile.Context} context) => RunAsync(endpoint, context);");
            return;
        }
        EmitInvoke(writer, table);
        Dictionary<EquatableArray<MiddlewareModel>, string> rests = new() { [EquatableArray<MiddlewareModel>.Empty] = "ThenEndpoint" };
        for (int i = 0; i < table.Pipelines.Count; i++)
        {
            EquatableArray<MiddlewareModel> pipeline = table.Pipelines[i];
            if (pipeline.Count > 0)
            {
                writer.Line();
                writer.Line($"// {Picture(pipeline)}: {table.PipelineOfEndpoint.Count(n => n == i)} of the endpoints.");
                writer.Line($"private {CodeFile.ValueTask} Pipeline{i}(int endpoint, {CodeFile.Context} context) =>");
                writer.Line($"    {table.Field(pipeline[0])}.InvokeAsync(context, new {Rest(pipeline, rests)}(this, endpoint));");
            }
        }
        foreach (KeyValuePair<EquatableArray<MiddlewareModel>, string> rest in rests)
        {
            writer.Line();
            EmitRest(writer, rest.Key, rest.Value, rests, table);
        }
    }

    private static void EmitInvoke(CodeWriter writer, MiddlewareTable table)
    {
        if (table.Pipelines.Count == 1)
        {
            writer.Line("/// <inheritdoc/>");
            writer.Line("// All endpoints have the same middleware.");
            writer.Line($"public override {CodeFile.ValueTask} InvokeAsync(int endpoint, {CodeFile.Context} context) => Pipeline0(endpoint, context);");
            return;
        }
        writer.Line("/// <inheritdoc/>");
        using (writer.Open($"public override {CodeFile.ValueTask} InvokeAsync(int endpoint, {CodeFile.Context} context)"))
        using (writer.Open("switch (PipelineOfEndpoint[endpoint])"))
        {
            for (int i = 0; i < table.Pipelines.Count; i++)
            {
                writer.Line($"case {i}: return {(table.Pipelines[i].Count == 0 ? "RunAsync" : "Pipeline" + i)}(endpoint, context);");
            }
            writer.Line("default: throw new global::System.ArgumentOutOfRangeException(nameof(endpoint));");
        }
        writer.Line();
        writer.Line("// A table in the image rather than a switch: endpoints share pipelines, so the switch above stays as small as their number.");
        string type = table.Pipelines.Count <= byte.MaxValue ? "byte" : "ushort";
        using (writer.Open($"private static global::System.ReadOnlySpan<{type}> PipelineOfEndpoint => new {type}[]", ";"))
        {
            for (int i = 0; i < table.PipelineOfEndpoint.Count; i += 32)
            {
                writer.Line(string.Concat(table.PipelineOfEndpoint.Skip(i).Take(32).Select(static n => n + ", ")));
            }
        }
    }

    /// <summary>The struct for what follows the first middleware of a pipeline; pipelines that end alike share it.</summary>
    private static string Rest(EquatableArray<MiddlewareModel> pipeline, Dictionary<EquatableArray<MiddlewareModel>, string> rests)
    {
        EquatableArray<MiddlewareModel> rest = pipeline.Skip(1).ToEquatableArray();
        if (!rests.TryGetValue(rest, out string? name))
        {
            Rest(rest, rests);
            rests.Add(rest, name = "Then" + rests.Count);
        }
        return name;
    }

    private static void EmitRest(
        CodeWriter writer, EquatableArray<MiddlewareModel> rest, string name, Dictionary<EquatableArray<MiddlewareModel>, string> rests, MiddlewareTable table)
    {
        string call = rest.Count == 0
            ? "module.RunAsync(endpoint, context)"
            : $"module.{table.Field(rest[0])}.InvokeAsync(context, new {Rest(rest, rests)}(module, endpoint))";
        writer.Line($"// What follows a middleware: {Picture(rest)}.");
        using (writer.Open($"private readonly struct {name}(Module module, int endpoint) : global::HyperGen.INext"))
        {
            writer.Line($"public {CodeFile.ValueTask} InvokeAsync({CodeFile.Context} context) => {call};");
        }
    }

    private static string Picture(EquatableArray<MiddlewareModel> pipeline) => string.Concat(pipeline.Select(static m => m.DisplayName + " -> ")) + "the endpoint";
}
