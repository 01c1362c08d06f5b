using HyperGen.Generator.Models;
using HyperGen.Generator.Parsing;

namespace HyperGen.Generator.Emission;

/// <summary>Writes <c>Urls</c>: a method for each endpoint that makes its path from typed route values, so that a link to a route that is gone does not compile.</summary>
internal static class UrlsEmitter
{
    public static CodeWriter Emit(ModuleModel module)
    {
        CodeWriter writer = CodeFile.Begin("The paths of the endpoints, made from typed route values: a link to a route that is gone does not compile.");
        using (writer.Open("namespace " + module.Assembly.Namespace))
        {
            writer.Line("/// <summary>The paths of this program's endpoints.</summary>");
            writer.Line(CodeFile.GeneratedCode);
            using (writer.Open("internal static class Urls"))
            {
                foreach (ControllerModel controller in module.Controllers)
                {
                    EmitController(writer, controller);
                }
            }
        }
        return writer;
    }

    private static void EmitController(CodeWriter writer, ControllerModel controller)
    {
        writer.Line($"/// <summary>The paths of {controller.DisplayName}.</summary>");
        using (writer.Open($"internal static class {(controller.Name == "Urls" ? "Urls_" : SymbolExtensions.EscapedIdentifier(controller.Name))}"))
        {
            HashSet<string> templates = new(StringComparer.Ordinal);
            foreach (EndpointModel endpoint in controller.Endpoints)
            {
                // GET and HEAD, or two verbs of one method, lead to one path.
                if (templates.Add(endpoint.Signature.Name + " " + endpoint.Template) && RouteTemplate.TryParse(endpoint.Template, out RouteTemplate? template, out _))
                {
                    EmitMethod(writer, controller, endpoint, template);
                }
            }
        }
    }

    private static void EmitMethod(CodeWriter writer, ControllerModel controller, EndpointModel endpoint, RouteTemplate template)
    {
        string name = endpoint.Name.Substring(controller.Name.Length + 1);
        UrlParameter[] parameters = UrlParameter.AllOf(template, endpoint);
        writer.Line($"/// <summary>The path of {endpoint.DisplayName}: {Escape(endpoint.Template)}</summary>");
        string list = string.Join(", ", parameters.Select(static p => p.Declaration));
        // Every class has these from object.
        string hides = parameters.Length == 0 && name is ("GetType" or "ToString" or "GetHashCode" or "MemberwiseClone") ? "new " : "";
        writer.Line($"public static {hides}string {(name == controller.Name ? name + "_" : SymbolExtensions.EscapedIdentifier(name))}({list}) =>");
        writer.Line($"    {Path(template, parameters)};");
        writer.Line();
    }

    private static string Path(RouteTemplate template, UrlParameter[] parameters) => template.IsStatic
        ? CodeFile.Quote("/" + string.Join("/", template.Segments.Select(static s => Uri.EscapeDataString(s.Literal!))))
        : $"{CodeFile.Services}UrlPath.Join({string.Join(", ", template.Segments.Select(s => Segment(s, parameters)))})";

    private static string Segment(RouteSegment segment, UrlParameter[] parameters)
    {
        List<string> terms = [];
        for (int i = 0; i < segment.Parts.Count; i++)
        {
            RoutePart part = segment.Parts[i];
            if (part.Parameter is { } parameter)
            {
                terms.Add(parameters[parameter.Ordinal].Text);
            }
            // In {name}.{extension?} the dot goes with the extension.
            else if (i > 0 && i + 1 < segment.Parts.Count && segment.Parts[i + 1].Parameter is { IsOptional: true } optional)
            {
                terms.Add($"({parameters[optional.Ordinal].Text} is {{ }} tail ? {Literal(part)} + tail : \"\")");
                i++;
            }
            else
            {
                terms.Add(Literal(part));
            }
        }
        return string.Join(" + ", terms);
    }

    private static string Literal(RoutePart part) => CodeFile.Quote(Uri.EscapeDataString(part.Literal!));

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
