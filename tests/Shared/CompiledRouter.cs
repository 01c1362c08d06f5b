using System.Reflection;
using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Generator;
using HyperGen.Generator.Emission;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Testing;

internal delegate int MatchRoute(string method, ReadOnlySpan<byte> path, Span<RouteRange> values);

/// <summary>The router that the generator writes for some routes, compiled as strictly as a user may ask for, and loaded.</summary>
internal sealed class CompiledRouter
{
    private static readonly MetadataReference[] References = AppDomain.CurrentDomain.GetData("TRUSTED_PLATFORM_ASSEMBLIES") is string paths
        ? [.. paths.Split(Path.PathSeparator).Where(static path => !Path.GetFileName(path).Contains("Tests", StringComparison.Ordinal)).Select(static path => MetadataReference.CreateFromFile(path))]
        : throw new InvalidOperationException("The runtime does not say what it trusts.");

    private readonly Func<int, string> _allow;

    private CompiledRouter(string source, IReadOnlyList<RouteEntry> routes, Type type)
    {
        Source = source;
        Routes = routes;
        Match = type.GetMethod("Match")!.CreateDelegate<MatchRoute>();
        _allow = type.GetMethod("Allow")!.CreateDelegate<Func<int, string>>();
        MaxRouteValues = (int)type.GetField("MaxRouteValues")!.GetRawConstantValue()!;
        Type = type;
    }

    public string Source { get; }

    public Type Type { get; }

    public IReadOnlyList<RouteEntry> Routes { get; }

    public MatchRoute Match { get; }

    public int MaxRouteValues { get; }

    public string Allow(int match) => _allow(match);

    /// <summary>The routes, the n-th with the number n.</summary>
    public static IReadOnlyList<RouteEntry> Entries(IEnumerable<(string Method, string Template)> routes) => [.. routes.Select(static (route, id) =>
        RouteTemplate.TryParse(route.Template, out RouteTemplate? template, out string? error)
            ? new RouteEntry(id, route.Method, template, "Handler" + id)
            : throw new FormatException($"{route.Template}: {error}"))];

    public static CompiledRouter Compile(params (string Method, string Template)[] routes) => Compile(Entries(routes));

    /// <summary>Writes and compiles the router.</summary>
    /// <param name="routes">The routes.</param>
    /// <param name="extra">Further types for the same assembly, such as a loop that calls the router directly.</param>
    public static CompiledRouter Compile(IReadOnlyList<RouteEntry> routes, string extra = "")
    {
        var writer = new CodeWriter();
        writer.Line("#nullable enable").Line("namespace Compiled;").Line();
        RouterEmitter.Emit(writer, routes);
        string source = writer + extra;

        var compilation = CSharpCompilation.Create(
            "Compiled" + Guid.NewGuid().ToString("N"),
            [CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.Diagnose), encoding: Encoding.UTF8)],
            References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, checkOverflow: true,
                generalDiagnosticOption: ReportDiagnostic.Error, warningLevel: 9999, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        if (!result.Success)
        {
            throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Take(20)) + "\n" + source[..Math.Min(source.Length, 20_000)]);
        }
        return new CompiledRouter(source, routes, Assembly.Load(image.ToArray()).GetType("Compiled.Router")!);
    }
}
