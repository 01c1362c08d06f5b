namespace HyperGen.Generator.Models;

/// <summary>What the generator needs to know of the assembly as a whole.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">Where its generated types live, e.g. <c>HyperGen.Generated.MyApp</c>.</param>
/// <param name="IsExecutable">Whether it has an entry point, so that it is where all routes come together.</param>
/// <param name="HasHost">Whether it references <c>HyperGen.Server</c>.</param>
/// <param name="HasExtensionMembers">Whether its language version has C# 14's extension members.</param>
/// <param name="JsonContexts">The <c>JsonSerializerContext</c>s it can use, fully qualified.</param>
/// <param name="References">The referenced assemblies with endpoints.</param>
internal sealed record AssemblyModel(
    string Name,
    string Namespace,
    bool IsExecutable,
    bool HasHost,
    bool HasExtensionMembers,
    EquatableArray<string> JsonContexts,
    EquatableArray<ManifestModel> References);

/// <summary>The endpoints of a referenced assembly, as its manifest has them.</summary>
/// <param name="Module">Its module, fully qualified.</param>
/// <param name="Routes">Its routes, in the order of their numbers.</param>
internal sealed record ManifestModel(string Module, EquatableArray<RouteModel> Routes);
