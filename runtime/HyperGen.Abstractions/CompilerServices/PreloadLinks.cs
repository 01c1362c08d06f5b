using System.ComponentModel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HyperGen.CompilerServices;

/// <summary>What the response of an endpoint will make a client ask for next, known before any request: made once, sent many times.</summary>
/// <param name="value">The value of the <c>Link</c> header.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PreloadLinks(string value)
{
    /// <summary>The value of the <c>Link</c> header.</summary>
    public StringValues Value { get; } = HeaderGuard.Value(value);

    /// <summary>Says so in the response, and ahead of it where the protocol can and the client makes use of it.</summary>
    /// <param name="context">The request, before its handler runs.</param>
    public void Announce(RequestContext context)
    {
        context.SendEarlyHints(this);
        context.ResponseHeaders.Append("Link", Value);
    }
}
