using System.Collections.Immutable;
using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Orders the controllers of a module, which numbers its endpoints, and gives them names that no two share.</summary>
internal static class ModuleLayout
{
    /// <summary>Generated members that do not belong to one endpoint, or derive their names from it, begin with one of these.</summary>
    private static readonly string[] Reserved = ["_", "Describe_", "Run_", "Handler_", "Initialize_", "Require_", "Pipeline", "Then"];

    public static EquatableArray<ControllerModel> Arrange(ImmutableArray<ParsedController> parsed, CancellationToken cancellation)
    {
        // Files are named after controllers, and hint names are compared without regard to case.
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        List<ControllerModel> controllers = [];
        foreach (ControllerModel controller in parsed.Select(static p => p.Controller).OfType<ControllerModel>().OrderBy(static c => c.Type, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            string name = names.Contains(Unreserved(controller.Name)) ? WithNamespace(controller.Type) : controller.Name;
            name = Unique(Unreserved(name), names);
            controllers.Add(controller with
            {
                Name = name,
                Endpoints = controller.Endpoints.Select(e => e with { Name = Unique(name + "_" + e.Name, names) }).ToEquatableArray(),
            });
        }
        return controllers.ToEquatableArray();
    }

    private static string WithNamespace(string type) => type.Replace("global::", "").Replace("@", "").Replace('.', '_');

    private static string Unreserved(string name) =>
        Reserved.Any(r => name.StartsWith(r, StringComparison.OrdinalIgnoreCase)) ? "X" + name : name;

    private static string Unique(string name, HashSet<string> names)
    {
        string candidate = name;
        for (int i = 2; !names.Add(candidate); i++)
        {
            candidate = name + "_" + i;
        }
        return candidate;
    }
}
