using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes what the endpoints of an assembly have in common: their numbers, their pipelines, their JSON contracts, and the manifest.</summary>
internal static class ModuleEmitter
{
    private const string List = "global::System.Collections.Generic.List";
    private const string ReadOnlyList = "global::System.Collections.Generic.IReadOnlyList";

    public static CodeWriter Emit(ModuleModel module)
    {
        EndpointModel[] endpoints = [.. module.Endpoints];
        MiddlewareTable middleware = new(endpoints);
        CodeWriter writer = CodeFile.Begin(
            $"The endpoints of {module.Assembly.Name}, numbered from 0 to {endpoints.Length - 1}. Each controller has a file of its own beside this one.",
            "An executable merges this module with those of the assemblies it references, which it finds by the manifest.");
        EmitManifest(writer, module, endpoints);
        using (writer.Open("namespace " + module.Assembly.Namespace))
        {
            writer.Line($"/// <summary>The endpoints of {module.Assembly.Name}.</summary>");
            writer.Line(CodeFile.GeneratedCode).Line(CodeFile.Hidden);
            using (writer.Open($"public sealed partial class Module : {CodeFile.Services}EndpointModule"))
            {
                EmitFields(writer, middleware, endpoints);
                EmitLists(writer, module, middleware, endpoints);
                EmitConfigureJson(writer, module.Assembly);
                EmitInitialize(writer, module, middleware, endpoints);
                writer.Line();
                PipelineEmitter.Emit(writer, middleware);
                writer.Line();
                DispatchEmitter.Emit(writer, "RunAsync", [.. endpoints.Select(static e => $"Run_{e.Name}(context)")]);
            }
        }
        return writer;
    }

    private static void EmitManifest(CodeWriter writer, ModuleModel module, EndpointModel[] endpoints)
    {
        writer.Line($"[assembly: {CodeFile.Services}HyperGenManifest(");
        writer.Line($"    typeof(global::{module.Assembly.Namespace}.Module)" + string.Concat(endpoints.Select(static e =>
            ",\n    " + CodeFile.Quote(new RouteModel(e.Method, e.Template, e.DisplayName).ToManifest()))) + ")]");
        writer.Line();
    }

    private static void EmitFields(CodeWriter writer, MiddlewareTable middleware, EndpointModel[] endpoints)
    {
        foreach (KeyValuePair<MiddlewareModel, string> instance in middleware.Instances)
        {
            if (instance.Key.Place is { } place)
            {
                writer.Line($"// Used at {place}: it asks for its attribute, so every place has an instance.");
            }
            writer.Line($"private {instance.Key.Type} {instance.Value} = null!;");
        }
        EndpointEmitter.EmitFields(writer, endpoints);
        writer.Line($"private {CodeFile.Services}EndpointDescriptor[]? _endpoints;");
        writer.Line();
    }

    private static void EmitLists(CodeWriter writer, ModuleModel module, MiddlewareTable middleware, EndpointModel[] endpoints)
    {
        writer.Line("/// <inheritdoc/>");
        using (writer.Open($"public override {ReadOnlyList}<{CodeFile.Services}EndpointDescriptor> Endpoints => _endpoints ??= new {CodeFile.Services}EndpointDescriptor[]", ";"))
        {
            foreach (EndpointModel endpoint in endpoints)
            {
                writer.Line($"Describe_{endpoint.Name}(),");
            }
        }
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        using (writer.Open($"public override {ReadOnlyList}<{CodeFile.Services}ServiceRequirement> Services"))
        using (writer.Open("get"))
        {
            writer.Line($"{List}<{CodeFile.Services}ServiceRequirement> services = new();");
            foreach (KeyValuePair<MiddlewareModel, string> instance in middleware.Instances)
            {
                RequirementEmitter.Emit(writer, instance.Key.Dependencies, instance.Key.DisplayName, requiresSingleton: true);
            }
            foreach (ControllerModel controller in module.Controllers.Where(RequirementEmitter.HasAny))
            {
                writer.Line($"Require_{controller.Name}(services);");
            }
            writer.Line("return services;");
        }
        writer.Line();
    }

    private static void EmitConfigureJson(CodeWriter writer, AssemblyModel assembly)
    {
        writer.Line("/// <inheritdoc/>");
        const string Resolver = "global::System.Text.Json.Serialization.Metadata.IJsonTypeInfoResolver";
        string contexts = string.Join(", ", assembly.JsonContexts.Select(static c => c + ".Default"));
        writer.Line("public override void ConfigureJson(global::System.Text.Json.JsonSerializerOptions options) =>");
        writer.Line($"    {CodeFile.Services}JsonContracts.Configure(options, new {Resolver}[] {{ {contexts} }});");
        writer.Line();
    }

    private static void EmitInitialize(CodeWriter writer, ModuleModel module, MiddlewareTable middleware, EndpointModel[] endpoints)
    {
        writer.Line("/// <inheritdoc/>");
        using (writer.Open($"public override void Initialize({CodeFile.Services}ModuleServices services)"))
        {
            foreach (KeyValuePair<MiddlewareModel, string> instance in middleware.Instances)
            {
                MiddlewareModel model = instance.Key;
                string create = DependencyEmitter.CreateForApplication(model.Type, model.Dependencies, model.Attribute);
                writer.Line($"{instance.Value} = {(model.Place is null ? $"services.Once(static services => {create})" : $"services.Own({create})")};");
            }
            EndpointEmitter.EmitInitialize(writer, endpoints);
            foreach (ControllerModel controller in module.Controllers.Where(HandlerEmitter.Initializes))
            {
                writer.Line($"Initialize_{controller.Name}(services);");
            }
        }
    }
}
