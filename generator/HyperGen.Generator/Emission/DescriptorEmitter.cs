using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes what is known of an endpoint before any request.</summary>
internal static class DescriptorEmitter
{
    public static void Emit(CodeWriter writer, ControllerModel controller, EndpointModel endpoint)
    {
        using (writer.Open($"private static {CodeFile.Services}EndpointDescriptor Describe_{endpoint.Name}() => new {CodeFile.Services}EndpointDescriptor", ";"))
        {
            writer.Line($"Method = {CodeFile.Quote(endpoint.Method)},");
            writer.Line($"Template = {CodeFile.Quote(endpoint.Template)},");
            EmitList(writer, "Parameters", endpoint.RouteParameters.Select(CodeFile.Quote));
            writer.Line($"DisplayName = {CodeFile.Quote(endpoint.DisplayName)},");
            EmitList(writer, "Middleware", endpoint.Middleware.Select(static m => CodeFile.Quote(m.DisplayName)));
            EmitFlag(writer, "Inline", endpoint.IsInline);
            EmitFlag(writer, "SharedHandler", endpoint.IsStatic || controller.Handler.Lifetime == HandlerLifetime.Shareable);
            EmitFlag(writer, "EarlyData", endpoint.Policy.EarlyData);
            if (endpoint.Policy.Priority is { } priority)
            {
                writer.Line($"Priority = {Priority(priority)},");
            }
            EmitList(writer, "Push", endpoint.Policy.Push.Select(static p => $"new {CodeFile.Services}PushedResource({CodeFile.Quote(p.Path)}, {Priority(p.Priority)})"));
            if (endpoint.Policy.MaxBody is { } bytes)
            {
                writer.Line($"MaxBody = {(bytes == long.MaxValue ? "long.MaxValue" : bytes + "L")},");
            }
            if (endpoint.Policy.Deadline is { } milliseconds)
            {
                writer.Line($"Deadline = {milliseconds},");
            }
            if (endpoint.Requires != PipelineFeatures.None)
            {
                writer.Line($"Requires = {string.Join(" | ", endpoint.Requires.ToString().Split(',').Select(static f => CodeFile.Services + "PipelineFeatures." + f.Trim()))},");
            }
            EmitList(writer, "Statuses", endpoint.Return.Statuses.Select(static s => s.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            if (endpoint.Return.DescribesItself)
            {
                writer.Line($"Describe = {CodeFile.Services}EndpointDescriptor.Description<{endpoint.Return.Type.TrimEnd('?')}>(),");
            }
            EmitMethod(writer, endpoint.Signature);
            if (endpoint.Metadata.Count > 0)
            {
                using (writer.Open("MetadataFactory = static () => new object[]", ","))
                {
                    foreach (string attribute in endpoint.Metadata)
                    {
                        writer.Line(attribute + ",");
                    }
                }
            }
        }
    }

    // GetMethod with constant arguments is understood by the trimmer: the method stays, and nothing warns.
    private static void EmitMethod(CodeWriter writer, SignatureModel signature)
    {
        const string Flags = "global::System.Reflection.BindingFlags.";
        writer.Line($"MethodFactory = static () => typeof({signature.DeclaringType}).GetMethod(");
        writer.Line($"    {CodeFile.Quote(signature.Name)},");
        writer.Line($"    {Flags}Public | {Flags}NonPublic | {Flags}Instance | {Flags}Static | {Flags}DeclaredOnly,");
        writer.Line(signature.ParameterTypes.Count == 0
            ? "    global::System.Type.EmptyTypes)!,"
            : $"    new global::System.Type[] {{ {string.Join(", ", signature.ParameterTypes)} }})!,");
    }

    private static void EmitList(CodeWriter writer, string property, IEnumerable<string> items)
    {
        string list = string.Join(", ", items);
        if (list.Length > 0)
        {
            writer.Line($"{property} = [{list}],");
        }
    }

    private static void EmitFlag(CodeWriter writer, string property, bool value)
    {
        if (value)
        {
            writer.Line(property + " = true,");
        }
    }

    private static string Priority(PriorityModel priority) =>
        $"new {CodeFile.Services}ResponsePriority({priority.Urgency}, {(priority.Incremental ? "true" : "false")})";
}
