using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes which services must be registered, so that all that are missing can be told before the first request.</summary>
internal static class RequirementEmitter
{
    public static bool HasAny(ControllerModel controller) =>
        controller.Handler.Dependencies.Any(IsRequired) || controller.Endpoints.SelectMany(Parameters).Any();

    /// <summary>The method that lists what the handler class and its endpoints need.</summary>
    public static void Emit(CodeWriter writer, ControllerModel controller)
    {
        using (writer.Open($"private static void Require_{controller.Name}(global::System.Collections.Generic.List<{CodeFile.Services}ServiceRequirement> services)"))
        {
            Emit(writer, controller.Handler.Dependencies, controller.DisplayName, requiresSingleton: false);
            foreach (EndpointModel endpoint in controller.Endpoints)
            {
                foreach (ParameterModel parameter in Parameters(endpoint))
                {
                    Emit(writer, parameter.Target, parameter.Source == ParameterSource.KeyedService ? parameter.Key : null, endpoint.DisplayName, requiresSingleton: false);
                }
            }
        }
        writer.Line();
    }

    /// <summary>A line for each service that a constructor cannot do without.</summary>
    public static void Emit(CodeWriter writer, EquatableArray<DependencyModel> dependencies, string consumer, bool requiresSingleton)
    {
        foreach (DependencyModel dependency in dependencies.Where(IsRequired))
        {
            Emit(writer, dependency.Type, dependency.Key, consumer, requiresSingleton);
        }
    }

    private static void Emit(CodeWriter writer, string type, string? key, string consumer, bool requiresSingleton) =>
        writer.Line($"services.Add(new {CodeFile.Services}ServiceRequirement(typeof({type}), {key ?? "null"}, {CodeFile.Quote(consumer)}, {(requiresSingleton ? "true" : "false")}));");

    private static bool IsRequired(DependencyModel dependency) => dependency is { Kind: DependencyKind.Service, Default: null };

    private static IEnumerable<ParameterModel> Parameters(EndpointModel endpoint) => endpoint.Parameters
        .SelectMany(static p => p.SelfAndMembers)
        .Where(static p => p is { Source: ParameterSource.Service or ParameterSource.KeyedService, Absent: null });
}
