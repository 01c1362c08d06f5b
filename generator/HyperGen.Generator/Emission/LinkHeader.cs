using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>The <c>Link</c> header that tells a client what it will ask for next.</summary>
internal static class LinkHeader
{
    public static string Value(EquatableArray<PushModel> pushes) => string.Join(", ", pushes.Select(Link));

    private static string Link(PushModel push)
    {
        string destination = Destination(push.Path);
        return "<" + push.Path + ">; rel=preload"
            + (destination.Length > 0 ? "; as=" + destination : "")
            // A font is fetched without credentials even from the same origin: without this the browser fetches it twice.
            + (destination == "font" ? "; crossorigin" : "");
    }

    /// <summary>The destination (Fetch Standard, "potential destination") that a browser needs to use the preload, told by the file's extension.</summary>
    private static string Destination(string path)
    {
        int end = path.IndexOfAny(['?', '#']);
        string file = end < 0 ? path : path.Substring(0, end);
        return file.Substring(file.LastIndexOf('.') + 1).ToLowerInvariant() switch
        {
            "css" => "style",
            "js" or "mjs" => "script",
            "woff" or "woff2" or "ttf" or "otf" => "font",
            "png" or "jpg" or "jpeg" or "gif" or "webp" or "avif" or "svg" or "ico" => "image",
            "json" or "wasm" => "fetch",
            "vtt" => "track",
            _ => "",
        };
    }
}
