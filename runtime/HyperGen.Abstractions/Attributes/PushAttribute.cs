namespace HyperGen;

/// <summary>
/// Says that the response of this endpoint will make a client ask for another resource: a <c>Link: …; rel=preload</c> header is sent with it. Over HTTP/3 of our own a browser that asks
/// for a page (<c>Sec-Fetch-Mode: navigate</c>) is told so ahead of the response too, by a response 103 (Early Hints, RFC 8297), before the handler runs: unless it is
/// <see cref="InlineAttribute"/>, so that its response is there at once. Kestrel cannot send one.
/// </summary>
/// <param name="path">The path of the resource, absolute within this server, e.g. <c>/assets/main.css</c>.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true, Inherited = false)]
public sealed class PushAttribute(string path) : Attribute
{
    /// <summary>The path of the resource.</summary>
    public string Path { get; } = path;

    /// <summary>The urgency of the resource, 0 (first) to 7 (last). The default is 3 (RFC 9218, section 4.1).</summary>
    public int Urgency { get; set; } = 3;

    /// <summary>Whether the resource is of use in parts, as it arrives. The default is false (RFC 9218, section 4.2).</summary>
    public bool Incremental { get; set; }
}
