using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace HyperGen.Server.Hosting;

/// <summary>Tells clients that come over TLS on a port where HTTP/3 is served too that it is (RFC 7838), in the words of Kestrel's own header.</summary>
/// <remarks>Kestrel writes the header only for a QUIC of which it knows. The values are made once: a request pays for no more than their place in its headers.</remarks>
internal sealed class AlternativeServices
{
    private (int Port, StringValues Header)[] _ports = [];

    /// <summary>Begins to tell of HTTP/3 on some ports.</summary>
    public void Announce(IEnumerable<int> ports) =>
        // A day is as long as Kestrel asks clients to remember it.
        Volatile.Write(ref _ports, [.. ports.Distinct().Select(static port => (port, new StringValues(FormattableString.Invariant($"h3=\":{port}\"; ma=86400"))))]);

    /// <summary>Adds the header to the response to a request, where it belongs there.</summary>
    public void Tell(IFeatureCollection features)
    {
        (int Port, StringValues Header)[] ports = Volatile.Read(ref _ports);
        if (ports.Length == 0 || features.Get<IHttpRequestFeature>() is not { Scheme: "https" } || features.Get<IHttpConnectionFeature>() is not { } connection)
        {
            return;
        }
        foreach ((int port, StringValues header) in ports)
        {
            if (port == connection.LocalPort)
            {
                features.GetRequiredFeature<IHttpResponseFeature>().Headers.AltSvc = header;
                return;
            }
        }
    }
}
