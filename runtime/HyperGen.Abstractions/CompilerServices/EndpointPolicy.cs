using System.ComponentModel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HyperGen.CompilerServices;

/// <summary>The headers that an endpoint's attributes add to every response of it. Limits on body and time are the server's to keep.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class EndpointPolicy
{
    /// <summary><see cref="PushAttribute"/>: adds a <c>Link</c> header (RFC 8288).</summary>
    /// <param name="context">The request.</param>
    /// <param name="link">The value, e.g. <c>&lt;/assets/main.css&gt;; rel=preload; as=style</c>.</param>
    public static void Link(RequestContext context, string link)
    {
        IHeaderDictionary headers = context.ResponseHeaders;
        headers.Link = headers.Link.Count == 0 ? link : StringValues.Concat(headers.Link, link);
    }

    /// <summary><see cref="PriorityAttribute"/>: sets the <c>Priority</c> header (RFC 9218, section 5).</summary>
    /// <param name="context">The request.</param>
    /// <param name="priority">The value, e.g. <c>u=1, i</c>.</param>
    public static void Priority(RequestContext context, string priority) => context.ResponseHeaders["Priority"] = priority;
}
