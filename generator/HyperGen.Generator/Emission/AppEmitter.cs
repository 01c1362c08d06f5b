using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes the application of an executable: the modules it is made of, behind one router.</summary>
internal static class AppEmitter
{
    public static CodeWriter Emit(AppModel app)
    {
        CodeWriter writer = CodeFile.Begin(
            [$"The application {app.Assembly.Name}: one router before these modules.", "", .. Table(app), "", "An endpoint's number in the application is its number in its module plus the number of endpoints in the modules before."]);
        using (writer.Open("namespace " + app.Assembly.Namespace))
        {
            writer.Line(CodeFile.GeneratedCode);
            using (writer.Open($"internal sealed class App : {CodeFile.Services}GeneratedApp"))
            {
                EmitModules(writer, app);
                writer.Line("public override int MaxRouteValues => Router.MaxRouteValues;");
                writer.Line();
                writer.Line($"public override int Match(string method, global::System.ReadOnlySpan<byte> path, global::System.Span<{CodeFile.Services}RouteRange> values) => Router.Match(method, path, values);");
                writer.Line();
                writer.Line("public override string AllowedMethods(int match) => Router.Allow(match);");
                writer.Line();
                EmitInvoke(writer, app);
            }
        }
        return writer;
    }

    private static IEnumerable<string> Table(AppModel app)
    {
        int first = 0;
        foreach ((string type, int count) in app.Modules)
        {
            yield return $"  {first,5}  {type.Replace("global::", "")}";
            first += count;
        }
    }

    private static void EmitModules(CodeWriter writer, AppModel app)
    {
        for (int i = 0; i < app.Modules.Count; i++)
        {
            writer.Line($"private readonly {app.Modules[i].Type} _module{i} = new();");
        }
        string list = string.Join(", ", app.Modules.Select(static (_, i) => "_module" + i));
        writer.Line();
        writer.Line($"public App() => Modules = new {CodeFile.Services}EndpointModule[] {{ {list} }};");
        writer.Line();
        writer.Line($"public override global::System.Collections.Generic.IReadOnlyList<{CodeFile.Services}EndpointModule> Modules {{ get; }}");
        writer.Line();
    }

    private static void EmitInvoke(CodeWriter writer, AppModel app)
    {
        writer.Line($"public override {CodeFile.ValueTask} InvokeAsync(int endpoint, {CodeFile.Context} context) =>");
        int offset = 0;
        for (int i = 0; i < app.Modules.Count; i++)
        {
            int end = offset + app.Modules[i].Count;
            writer.Line($"    endpoint < {end} ? _module{i}.InvokeAsync(endpoint{(offset > 0 ? " - " + offset : "")}, context) :");
            offset = end;
        }
        writer.Line("    throw new global::System.ArgumentOutOfRangeException(nameof(endpoint));");
    }
}
