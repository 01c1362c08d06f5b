using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes constructor calls and what they ask of the container.</summary>
internal static class DependencyEmitter
{
    private const string Extensions = "global::Microsoft.Extensions.DependencyInjection.";

    /// <summary>The creation of an instance.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="dependencies">What its constructor asks for.</param>
    /// <param name="provider">The service provider, as a C# expression.</param>
    /// <param name="useAttribute">The attribute of a middleware, as a C# expression.</param>
    public static string Create(string type, EquatableArray<DependencyModel> dependencies, string provider, string? useAttribute = null) =>
        "new " + type + "(" + string.Join(", ", dependencies.Select(d => Argument(d, provider, useAttribute))) + ")";

    /// <summary>A line for each service that must be registered.</summary>
    public static void EmitRequirements(CodeWriter writer, EquatableArray<DependencyModel> dependencies, string consumer, bool requiresSingleton)
    {
        foreach (DependencyModel dependency in dependencies)
        {
            if (dependency is { Kind: DependencyKind.Service, Default: null })
            {
                EmitRequirement(writer, dependency.Type, dependency.Key, consumer, requiresSingleton);
            }
        }
    }

    public static void EmitRequirement(CodeWriter writer, string type, string? key, string consumer, bool requiresSingleton) =>
        writer.Line($"services.Add(new {CodeFile.Services}ServiceRequirement(typeof({type}), {key ?? "null"}, {CodeFile.Quote(consumer)}, {(requiresSingleton ? "true" : "false")}));");

    /// <summary>The condition under which all services live as long as the application; empty where there are none.</summary>
    public static string AllSingletons(EquatableArray<DependencyModel> dependencies) =>
        string.Join(" && ", dependencies.Select(static d => $"services.IsSingleton<{d.Type}>({d.Key})"));

    private static string Argument(DependencyModel dependency, string provider, string? useAttribute) => dependency switch
    {
        { Kind: DependencyKind.RequestContext } => "context",
        { Kind: DependencyKind.HttpContext } => "context.HttpContext",
        { Kind: DependencyKind.UseAttribute } => useAttribute!,
        { Key: { } key, Default: { } fallback } => $"{Extensions}ServiceProviderKeyedServiceExtensions.GetKeyedService<{dependency.Type}>({provider}, {key}) ?? {fallback}",
        { Key: { } key } => $"{Extensions}ServiceProviderKeyedServiceExtensions.GetRequiredKeyedService<{dependency.Type}>({provider}, {key})",
        { Default: { } fallback } => $"{Extensions}ServiceProviderServiceExtensions.GetService<{dependency.Type}>({provider}) ?? {fallback}",
        _ => $"{Extensions}ServiceProviderServiceExtensions.GetRequiredService<{dependency.Type}>({provider})",
    };
}
