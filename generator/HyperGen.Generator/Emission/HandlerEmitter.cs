using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes how instances of a handler class are come by.</summary>
internal static class HandlerEmitter
{
    /// <summary>The field of the shared instance, and the method that hands out instances.</summary>
    public static void EmitMembers(CodeWriter writer, ControllerModel controller)
    {
        HandlerModel handler = controller.Handler;
        if (handler.Lifetime == HandlerLifetime.None)
        {
            return;
        }
        string create = DependencyEmitter.CreateForRequest(controller.Type, handler.Dependencies);
        if (handler.Lifetime == HandlerLifetime.Shareable)
        {
            writer.Line(handler.Dependencies.Count == 0
                ? $"// {controller.DisplayName} keeps nothing that changes and asks for nothing: one instance serves the application."
                : $"// {controller.DisplayName} keeps nothing that changes: one instance serves the application if all it asks for are singletons, else each request has its own.");
            writer.Line($"private {controller.Type}? _handler_{controller.Name};");
            writer.Line();
            writer.Line($"private {controller.Type} Handler_{controller.Name}({CodeFile.Context} context) => _handler_{controller.Name} ?? {create};");
        }
        else
        {
            writer.Line($"// {controller.DisplayName} can change, owns something, or asks for the request: each request has its own.");
            writer.Line($"private static {controller.Type} Handler_{controller.Name}({CodeFile.Context} context) => {create};");
        }
        writer.Line();
    }

    /// <summary>Whether there is anything to make before the first request.</summary>
    public static bool Initializes(ControllerModel controller) => controller.Handler.Lifetime == HandlerLifetime.Shareable;

    /// <summary>The making of the shared instance, within <c>Initialize</c>.</summary>
    public static void EmitInitialize(CodeWriter writer, ControllerModel controller)
    {
        HandlerModel handler = controller.Handler;
        string assignment = $"_handler_{controller.Name} = {DependencyEmitter.CreateForApplication(controller.Type, handler.Dependencies)};";
        string condition = DependencyEmitter.AllSingletons(handler.Dependencies);
        if (condition.Length == 0)
        {
            writer.Line(assignment);
            return;
        }
        using (writer.Open($"if ({condition})"))
        {
            writer.Line(assignment);
        }
    }
}
