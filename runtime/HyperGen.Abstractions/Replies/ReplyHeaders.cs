using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HyperGen;

/// <summary>The headers that a handler adds to a reply, the last first. Name and value have been checked.</summary>
internal sealed class ReplyHeaders(string name, string value, ReplyHeaders? earlier)
{
    public void ApplyTo(IHeaderDictionary headers)
    {
        earlier?.ApplyTo(headers);
        headers[name] = StringValues.Concat(headers[name], value);
    }
}
