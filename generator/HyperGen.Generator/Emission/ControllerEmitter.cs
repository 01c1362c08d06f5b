using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes the file of one controller: its part of the module.</summary>
internal static class ControllerEmitter
{
    public static CodeWriter Emit(ControllerFileModel file)
    {
        ControllerModel controller = file.Controller;
        CodeWriter writer = CodeFile.Begin([$"The endpoints of {controller.DisplayName}:", .. Summary(controller)]);
        using (writer.Open("namespace " + file.Namespace))
        using (writer.Open("partial class Module"))
        {
            HandlerEmitter.EmitMembers(writer, controller);
            if (HandlerEmitter.Initializes(controller))
            {
                EmitInitialize(writer, controller);
            }
            if (RequirementEmitter.HasAny(controller))
            {
                RequirementEmitter.Emit(writer, controller);
            }
            for (int i = 0; i < controller.Endpoints.Count; i++)
            {
                EndpointModel endpoint = controller.Endpoints[i];
                if (i > 0)
                {
                    writer.Line();
                }
                EndpointEmitter.Emit(writer, endpoint, controller.Type);
                writer.Line();
                EmitRun(writer, controller, endpoint);
                writer.Line();
                DescriptorEmitter.Emit(writer, controller, endpoint);
            }
        }
        return writer;
    }

    private static IEnumerable<string> Summary(ControllerModel controller)
    {
        int method = controller.Endpoints.Max(static e => e.Method.Length);
        int template = controller.Endpoints.Max(static e => e.Template.Length);
        return controller.Endpoints.Select(e => $"  {e.Method.PadRight(method)} {e.Template.PadRight(template)}  {string.Concat(e.Middleware.Select(static m => m.DisplayName + " -> "))}{e.DisplayName}");
    }

    private static void EmitInitialize(CodeWriter writer, ControllerModel controller)
    {
        using (writer.Open($"private void Initialize_{controller.Name}({CodeFile.Services}ModuleServices services)"))
        {
            HandlerEmitter.EmitInitialize(writer, controller);
        }
        writer.Line();
    }

    /// <summary>What stands between the pipeline and the method of the endpoint: the handler's instance, and headers known beforehand.</summary>
    private static void EmitRun(CodeWriter writer, ControllerModel controller, EndpointModel endpoint)
    {
        string handler = $"Handler_{controller.Name}(context)";
        Disposal disposal = endpoint.IsStatic ? Disposal.None : controller.Handler.Disposal;
        string signature = $"{CodeFile.ValueTask} Run_{endpoint.Name}({CodeFile.Context} context)";
        if (disposal == Disposal.None && endpoint.Policy is { Push.Count: 0, Priority: null })
        {
            writer.Line($"private {signature} => {endpoint.Name}(context{(endpoint.IsStatic ? "" : ", " + handler)});");
            return;
        }
        if (endpoint.Policy.Push.Count > 0)
        {
            // An object, so that the server can encode it once.
            writer.Line($"private static readonly {CodeFile.Services}PreloadLinks Links_{endpoint.Name} = new {CodeFile.Services}PreloadLinks({CodeFile.Quote(LinkHeader.Value(endpoint.Policy.Push))});");
            writer.Line();
        }
        using (writer.Open($"private {(disposal == Disposal.None ? "" : "async ")}{signature}"))
        {
            if (endpoint.Policy.Push.Count > 0)
            {
                writer.Line($"Links_{endpoint.Name}.Announce(context);");
            }
            if (endpoint.Policy.Priority is { } priority)
            {
                writer.Line($"context.ResponseHeaders[\"Priority\"] = {CodeFile.Quote($"u={priority.Urgency}{(priority.Incremental ? ", i" : "")}")};");
            }
            if (disposal == Disposal.None)
            {
                writer.Line($"return {endpoint.Name}(context{(endpoint.IsStatic ? "" : ", " + handler)});");
                return;
            }
            writer.Line($"{(disposal == Disposal.DisposeAsync ? "await " : "")}using {controller.Type} handler = {handler};");
            writer.Line($"await {endpoint.Name}(context, handler);");
        }
    }
}
