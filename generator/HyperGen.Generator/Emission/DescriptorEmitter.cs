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
            if (!endpoint.IsStatic && controller.Handler.Lifetime == HandlerLifetime.Shareable)
            {
                EmitList(writer, "HandlerServices", controller.Handler.Dependencies.Where(static d => d.Kind == DependencyKind.Service).Select(static d => $"(typeof({d.Type}), {d.Key ?? "null"})"));
            }
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
            ParameterSource[] sources = [.. endpoint.Parameters.SelectMany(static p => p.SelfAndMembers).Select(static p => p.Source)];
            EmitFlag(writer, "ReadsForm", sources.Any(static s => s is ParameterSource.Form or ParameterSource.FormFile or ParameterSource.FormFiles or ParameterSource.FormCollection));
            EmitFlag(writer, "ReadsFiles", sources.Any(static s => s is ParameterSource.FormFile or ParameterSource.FormFiles));
            EmitMethod(writer, endpoint.Signature);
            EmitMembers(writer, endpoint);
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

    /// <summary>The members of <c>[AsParameters]</c> types. A form type stays whole: its fields have the names that its members give them.</summary>
    private static void EmitMembers(CodeWriter writer, EndpointModel endpoint)
    {
        (ParameterModel Parameter, int Position)[] spread = [.. endpoint.Parameters.Select(static (p, i) => (p, i)).Where(static p => IsSpread(p.p))];
        if (spread.Length == 0)
        {
            return;
        }
        using (writer.Open("MembersFactory = static position => position switch", ","))
        {
            foreach ((ParameterModel parameter, int position) in spread)
            {
                writer.Line($"{position} => [{string.Join(", ", Members(parameter))}],");
            }
            writer.Line("_ => null,");
        }
    }

    private static IEnumerable<string> Members(ParameterModel parameter)
    {
        foreach (ParameterModel member in parameter.Members)
        {
            foreach (string part in IsSpread(member) ? Members(member) : [$".. {CodeFile.Services}EndpointDescriptor.Members<{parameter.Target}>({CodeFile.Quote(member.Name)})"])
            {
                yield return part;
            }
        }
    }

    private static bool IsSpread(ParameterModel parameter) => parameter is { Source: ParameterSource.Members, IsForm: false };

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
