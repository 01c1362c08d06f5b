using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace HyperGen.Server.Configuration;

/// <summary>An https endpoint of the configuration section <c>Kestrel:Endpoints</c>, as far as it concerns HTTP/3 on the same port.</summary>
internal sealed class KestrelEndpoint
{
    private readonly IConfigurationSection _section;
    private readonly string? _protocols;

    private KestrelEndpoint(IConfigurationSection section, string? defaultProtocols)
    {
        _section = section;
        _protocols = section["Protocols"] ?? defaultProtocols;
    }

    /// <summary>Its own certificate; null when it has the one of all.</summary>
    public IConfigurationSection? Certificate => _section.GetSection("Certificate") is { } section && section.Exists() ? section : null;

    /// <summary>Whether HTTP/3 is wanted there: it is, unless a list of protocols leaves it out.</summary>
    public bool WantsHttp3 => !Enum.TryParse(_protocols, ignoreCase: true, out HttpProtocols protocols) || protocols.HasFlag(HttpProtocols.Http3);

    /// <summary>Finds the endpoint that listens on a port.</summary>
    /// <param name="configuration">The configuration of the application.</param>
    /// <param name="port">The port that was bound.</param>
    /// <returns>The endpoint; null when the section has none for the port.</returns>
    public static KestrelEndpoint? On(IConfiguration configuration, int port)
    {
        IConfigurationSection[] https = [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Where(static section => Port(section) is not null)];

        // One that asks for any free port has got one that nobody else asked for.
        IConfigurationSection? found = https.FirstOrDefault(section => Port(section) == port) ?? https.FirstOrDefault(static section => Port(section) == 0);
        return found is null ? null : new KestrelEndpoint(found, configuration["Kestrel:EndpointDefaults:Protocols"]);
    }

    private static int? Port(IConfigurationSection section) =>
        section["Url"] is { Length: > 0 } url && url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? BindingAddress.Parse(url).Port : null;
}
