using System.Collections.Immutable;
using HyperGen.Generator.Models;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Generator;

/// <summary>Cuts the module into what each file depends on, so that a file is written again only when its own part has changed.</summary>
internal static class Projection
{
    public static IEnumerable<ControllerFileModel> Files(ModuleModel module, CancellationToken cancellation) =>
        module.Controllers.Select(c => new ControllerFileModel(module.Assembly.Namespace, c));

    /// <summary>The modules of an executable; null for a library, and for an executable that neither has endpoints nor hosts any.</summary>
    public static AppModel? App(ModuleModel module, CancellationToken cancellation)
    {
        List<(string, int)> modules = [];
        if (module.Controllers.Count > 0)
        {
            modules.Add(($"global::{module.Assembly.Namespace}.Module", module.Endpoints.Count()));
        }
        modules.AddRange(module.Assembly.References.Select(static r => (r.Module, r.Routes.Count)));
        return module.Assembly.IsExecutable && (modules.Count > 0 || module.Assembly.HasHost) ? new AppModel(module.Assembly, modules.ToEquatableArray()) : null;
    }

    /// <summary>All routes of an executable; null where it has no application.</summary>
    public static RouteTableModel? Routes(ModuleModel module, CancellationToken cancellation) =>
        App(module, cancellation) is null ? null : new RouteTableModel(module.Assembly.Namespace, Own(module).Concat(Referenced(module)).ToEquatableArray());

    /// <summary>What must be told because no analyzer tells it.</summary>
    public static EquatableArray<ProblemModel> Problems(
        ((ImmutableArray<ParsedController> Parsed, ModuleModel Module) Program, AnalyzerConfigOptionsProvider Options) input, CancellationToken cancellation)
    {
        if (AnalyzersRun(input.Options))
        {
            return EquatableArray<ProblemModel>.Empty;
        }
        ProblemRecorder conflicts = new();
        ConflictFinder.Report([.. Own(input.Program.Module)], [.. Referenced(input.Program.Module)], conflicts);
        return input.Program.Parsed.SelectMany(static p => p.Problems).Concat(conflicts.Problems).Distinct().ToEquatableArray();
    }

    private static IEnumerable<RouteModel> Own(ModuleModel module) => module.Endpoints.Select(static e => new RouteModel(e.Method, e.Template, e.DisplayName));

    /// <summary>The routes that come together in an executable; a library serves none but its own.</summary>
    private static IEnumerable<RouteModel> Referenced(ModuleModel module) =>
        module.Assembly.IsExecutable ? module.Assembly.References.SelectMany(static r => r.Routes) : [];

    /// <summary>Whether the compiler runs analyzers, by the properties from which MSBuild's <c>_ComputeSkipAnalyzers</c> decides it.</summary>
    private static bool AnalyzersRun(AnalyzerConfigOptionsProvider options)
    {
        // "Run Tests" and "Start Debugging" of Visual Studio build without analyzers, to be quick.
        bool isHurried = Is("IsImplicitlyTriggeredBuild", "true") && Is("OptimizeImplicitlyTriggeredBuild", "true");
        return !Is("RunAnalyzers", "false") && !Is("RunAnalyzersDuringBuild", "false") && !isHurried;

        bool Is(string property, string expected) =>
            options.GlobalOptions.TryGetValue("build_property." + property, out string? value) && value.Equals(expected, StringComparison.OrdinalIgnoreCase);
    }
}
