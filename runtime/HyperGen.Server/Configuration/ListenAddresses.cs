using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Configuration;

/// <summary>Decides where to listen when neither <c>urls</c> nor <c>Kestrel:Endpoints</c> say so.</summary>
internal static class ListenAddresses
{
    /// <summary>Adds the addresses of the options, unless the configuration has explicit ones.</summary>
    /// <param name="addresses">The addresses of the server, where the host has put those of <c>urls</c>, <c>http_ports</c> and <c>https_ports</c>.</param>
    /// <param name="options">The ports asked for.</param>
    /// <param name="configuration">The configuration of the application.</param>
    /// <param name="logger">Is told of settings that have no effect.</param>
    public static void Complete(ICollection<string> addresses, HyperServerOptions options, IConfiguration configuration, ILogger logger)
    {
        bool asked = options.HttpPort is not null || options.Port is not null;
        string? winner = !string.IsNullOrEmpty(configuration[WebHostDefaults.ServerUrlsKey]) ? "urls"
            : configuration.GetSection("Kestrel:Endpoints").GetChildren().Any() ? "Kestrel:Endpoints"
            : null;
        if (winner is not null)
        {
            if (asked)
            {
                logger.LogWarning("server:httpPort and server:port have no effect, because {Setting} says where to listen", winner);
            }
            return;
        }
        bool fromPorts = !string.IsNullOrEmpty(configuration[WebHostDefaults.HttpPortsKey]) || !string.IsNullOrEmpty(configuration[WebHostDefaults.HttpsPortsKey]);
        if (asked && fromPorts)
        {
            addresses.Clear();
        }
        if (addresses.Count > 0)
        {
            return;
        }
        Add(addresses, "http", options.Host, options.HttpPort ?? HyperServerOptions.DefaultHttpPort);
        Add(addresses, "https", options.Host, options.Port ?? HyperServerOptions.DefaultPort);
        if (addresses.Count == 0)
        {
            throw new InvalidOperationException("The application listens nowhere: server:httpPort and server:port are both off.");
        }
    }

    /// <summary>Puts free ports in the place of 0 for https: TCP and UDP are bound one after the other, and a port that is free for the one may be taken for the other.</summary>
    public static void ChoosePorts(ICollection<string> addresses)
    {
        string[] asked = [.. addresses];
        addresses.Clear();
        foreach (string address in asked)
        {
            BindingAddress binding = BindingAddress.Parse(address);
            bool isChosen = binding is { Port: 0, IsUnixPipe: false, IsNamedPipe: false } && binding.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
            addresses.Add(isChosen ? $"{binding.Scheme}://{binding.Host}:{FreePort(binding.Host)}{binding.PathBase}" : address);
        }
    }

    /// <summary>Checks what can be checked before the start.</summary>
    /// <exception cref="InvalidOperationException">The host is not one to listen on.</exception>
    public static void Check(HyperServerOptions options) => _ = Name(options.Host, port: 1);

    private static void Add(ICollection<string> addresses, string scheme, string host, int port)
    {
        if (port == ServerOptionsSetup.Off)
        {
            return;
        }
        addresses.Add($"{scheme}://{Name(host, port)}:{port}");
    }

    /// <summary>A port that is free for TCP and UDP. It could be taken before it is bound, but the kernel gives the same one again only after thousands of others.</summary>
    private static int FreePort(string host)
    {
        IPAddress address = IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        for (int attempt = 0; ; attempt++)
        {
            using var tcp = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            using var udp = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            tcp.Bind(new IPEndPoint(address, 0));
            int port = ((IPEndPoint)tcp.LocalEndPoint!).Port;
            try
            {
                udp.Bind(new IPEndPoint(address, port));
                return port;
            }
            catch (SocketException) when (attempt < 10)
            {
                // Another program has the port for UDP only.
            }
        }
    }

    private static string Name(string host, int port) => host switch
    {
        // Two loopback addresses cannot be told to take the same free port, so any free port is one of IPv4's.
        "localhost" when port == 0 => "127.0.0.1",
        "localhost" or "*" or "+" => host,
        _ when IPAddress.TryParse(host, out IPAddress? address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : host,
        _ => throw new InvalidOperationException($"The setting server:host is '{host}', which cannot be: it is localhost, * (all addresses) or an IP address."),
    };
}
