namespace HyperGen.Generator.Models;

/// <summary>The endpoints of an assembly. An endpoint's number is its place among them.</summary>
internal sealed record ModuleModel(AssemblyModel Assembly, EquatableArray<ControllerModel> Controllers)
{
    public IEnumerable<EndpointModel> Endpoints => Controllers.SelectMany(static c => c.Endpoints);
}

/// <summary>One file of the module: a controller, and the namespace that the module lives in.</summary>
internal sealed record ControllerFileModel(string Namespace, ControllerModel Controller);

/// <summary>All routes of an executable: its own and those of the assemblies it references, in the order of their numbers.</summary>
internal sealed record RouteTableModel(string Namespace, EquatableArray<RouteModel> Routes);

/// <summary>The modules of an executable.</summary>
/// <param name="Assembly">The executable.</param>
/// <param name="Modules">Each module's type, fully qualified, and how many endpoints it has.</param>
internal sealed record AppModel(AssemblyModel Assembly, EquatableArray<(string Type, int Count)> Modules);
