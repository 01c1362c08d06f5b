using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Generator.Emission;

/// <summary>Writes the headers that <c>[Push]</c> and <c>[Priority]</c> give every response of an endpoint.</summary>
internal static class PolicyEmitter
{
    private const string Policy = "global::HyperGen.CompilerServices.EndpointPolicy";

    public static void Emit(CodeWriter writer, PolicyModel policy)
    {
        if (policy.Push.Count > 0)
        {
            writer.Line($"{Policy}.Link(context, {Quote(string.Join(", ", policy.Push.Select(Link)))});");
        }
        if (policy.Priority is { } priority)
        {
            writer.Line($"{Policy}.Priority(context, {Quote(Value(priority))});");
        }
    }

    /// <summary>RFC 9218, section 4: a parameter that has its default value is left out.</summary>
    private static string Value(PriorityModel priority) => priority is { Urgency: 3, Incremental: true } ? "i" : "u=" + priority.Urgency + (priority.Incremental ? ", i" : "");

    private static string Link(PushModel push)
    {
        string destination = Destination(push.Path) is { } name ? "; as=" + name : "";
        string fetch = push.Priority.Urgency < 3 ? "; fetchpriority=high" : push.Priority.Urgency > 3 ? "; fetchpriority=low" : "";
        // A font is always fetched anonymously: without crossorigin the preloaded response would not be used.
        return $"<{push.Path}>; rel=preload{destination}{(destination == "; as=font" ? "; crossorigin" : "")}{fetch}";
    }

    /// <summary>The destination of Fetch that a browser needs to use what it preloads; null where the name does not tell.</summary>
    private static string? Destination(string path)
    {
        int end = path.IndexOfAny(['?', '#']);
        string name = end < 0 ? path : path.Substring(0, end);
        int dot = name.LastIndexOf('.');
        return (dot < 0 ? "" : name.Substring(dot + 1).ToLowerInvariant()) switch
        {
            "css" => "style",
            "js" or "mjs" => "script",
            "woff2" or "woff" or "ttf" or "otf" => "font",
            "png" or "jpg" or "jpeg" or "gif" or "webp" or "avif" or "svg" or "ico" => "image",
            "json" => "fetch",
            _ => null,
        };
    }

    private static string Quote(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
