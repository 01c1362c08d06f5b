using System.Net;
using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Generator;
using HyperGen.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace HyperGen.Agreement.Tests;

/// <summary>Kestrel with nothing above it but the path normaliser and the generated router.</summary>
internal sealed class HyperGenServer(CompiledRouter router) : IHttpApplication<IFeatureCollection>
{
    public static async Task<(KestrelServer Server, IPEndPoint Address)> StartAsync(CompiledRouter router, CancellationToken stop)
    {
        var server = new KestrelServer(
            Options.Create(new KestrelServerOptions()),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        server.Features.GetRequiredFeature<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>().Addresses.Add("http://127.0.0.1:0");
        await server.StartAsync(new HyperGenServer(router), stop);
        return (server, AspNetServer.AddressOf(server));
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        IHttpRequestFeature request = context.GetRequiredFeature<IHttpRequestFeature>();
        IHttpResponseFeature response = context.GetRequiredFeature<IHttpResponseFeature>();
        (int status, string allow, string body) = Find(request);
        response.StatusCode = status;
        if (allow.Length > 0)
        {
            response.Headers.Allow = allow;
        }
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        if (status != 204)
        {
            response.Headers.ContentLength = bytes.Length;
        }
        if (request.Method != "HEAD")
        {
            await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(bytes);
        }
    }

    private (int Status, string Allow, string Body) Find(IHttpRequestFeature request)
    {
        string target = request.RawTarget;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        byte[] path = new byte[target.Length];
        if (!target.StartsWith('/'))
        {
            // Absolute form and asterisk form are the host's to take apart.
            return (404, "", "");
        }
        if (!PathNormalizer.TryNormalize(query < 0 ? target : target.AsSpan(0, query), path, out int length))
        {
            return (400, "", "");
        }
        var values = new RouteRange[router.MaxRouteValues];
        int match = router.Match(request.Method, path.AsSpan(0, length), values);
        if (match < -1)
        {
            return (request.Method == "OPTIONS" ? 204 : 405, router.Allow(match), "");
        }
        if (match == -1)
        {
            return (404, "", "");
        }
        RouteTemplate template = router.Routes[match].Template;
        return (200, "", Answer.Show(template.Text, template.Parameters.Select(parameter => (parameter.Name, values[parameter.Ordinal] is { Length: >= 0 } range
            ? Encoding.UTF8.GetString(path, range.Start, range.Length)
            : parameter.DefaultValue ?? ""))));
    }
}
