using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace HyperGen;

/// <summary>Where a <see cref="HyperApp"/> listens and what it prints, from the configuration section <c>server</c>.</summary>
/// <remarks>
/// An explicit <c>urls</c> setting and <c>Kestrel:Endpoints</c> win over host and ports. The ports win over <c>http_ports</c> and <c>https_ports</c>, which container
/// images set, when they are given at all.
/// </remarks>
public sealed class HyperServerOptions
{
    /// <summary>The port used for http when nothing else is said: 8080, as in .NET's container images.</summary>
    public const int DefaultHttpPort = 8080;

    /// <summary>The port used for https when nothing else is said: 8443.</summary>
    public const int DefaultPort = 8443;

    /// <summary>
    /// The address to listen on: <c>localhost</c>, which is the default, for the loopback addresses of both families; <c>*</c> for all addresses; or an IP address.
    /// </summary>
    public string Host { get; set; } = "localhost";

    /// <summary>The port for http, 0 for any free one; -1 (<c>off</c> in the configuration) for none; null, the default, for <see cref="DefaultHttpPort"/>.</summary>
    public int? HttpPort { get; set; }

    /// <summary>The port for https, 0 for any free one; -1 (<c>off</c> in the configuration) for none; null, the default, for <see cref="DefaultPort"/>.</summary>
    public int? Port { get; set; }

    /// <summary>
    /// Whether https ports serve HTTP/3 too, over UDP on the same port number. The default is true; where the operating system lacks what our QUIC needs
    /// (it runs on 64-bit Linux) a line in the log says so and HTTP/1.1 and HTTP/2 are served.
    /// </summary>
    public bool Http3 { get; set; } = true;

    /// <summary>
    /// Whether answers over https tell clients in an <c>Alt-Svc</c> header, valid for a day as Kestrel's own is, that the port serves HTTP/3 too. The default is true. Without it
    /// no browser finds HTTP/3 by itself; switch it off where something before the application takes TCP only.
    /// </summary>
    public bool AltSvc { get; set; } = true;

    /// <summary>
    /// Whether HTTP/3 reads early data (TLS 1.3's 0-RTT) of clients that come again, which saves them a round trip and which an attacker can replay. The default is true, and
    /// means something only where an endpoint is marked <see cref="EarlyDataAttribute"/>: only such endpoints answer early, everything else waits for the handshake.
    /// A replay is recognised by the process that read the original. Switch it off where several servers share <see cref="Secrets"/> and even one replay at each matters.
    /// </summary>
    public bool EarlyData { get; set; } = true;

    /// <summary>How many threads serve HTTP/3, each with a socket of its own; null, the default, for one a processor core.</summary>
    public int? Shards { get; set; }

    /// <summary>
    /// When clients of HTTP/3 have to prove their address, at the price of a round trip, before a handshake begins. The default is
    /// <see cref="RetryMode.Auto"/>: while 256 handshakes are under way on a shard, 128 of them of one source, or half of
    /// <see cref="ConnectionMemory"/> is used.
    /// </summary>
    public RetryMode Retry { get; set; }

    /// <summary>
    /// HTTP/3 connections at a time; further ones are refused. The default is 100,000; at least 1. One source (an IPv4 address, or 64 bits of an IPv6 address) may have a
    /// quarter of them. Each shard has its share of both, rounded up to a whole connection.
    /// </summary>
    public int MaxConnections { get; set; } = 100_000;

    /// <summary>
    /// The bytes that all HTTP/3 connections together may take for what they buffer and for their handshakes; at least 1 MiB. Null, the default, for a quarter
    /// of the memory that the process may have. As it is used up windows stop growing, clients have to prove their address, and then new ones are refused.
    /// </summary>
    public long? ConnectionMemory { get; set; }

    /// <summary>
    /// The file that keeps the secrets behind HTTP/3's session tickets, address tokens and stateless resets, made with mode 0600 when it is absent; null, the
    /// default, for <c>secrets</c> in the folder of the user's application data (<c>~/.local/share/hypergen</c>). Servers behind one address need the same.
    /// </summary>
    public string? Secrets { get; set; }

    /// <summary>
    /// A folder for qlog traces of HTTP/3's connections, one file each, to be looked at with qvis or Wireshark's friends; null, the default, for none. The files hold
    /// addresses and the shape of the traffic, no content and no secrets; writing them slows the server down.
    /// </summary>
    public string? Qlog { get; set; }

    /// <summary>The certificate for https.</summary>
    public HyperCertificateOptions Certificate { get; } = new();

    /// <summary>
    /// Further certificates, for clients that ask for one of their names, or that can verify one kind of key only: <c>server:certificates:0:path</c> and so on.
    /// None is the default. Over HTTP/3 all certificates for a name are at hand, ECDSA before RSA; over TCP the first for the name is used.
    /// </summary>
    public IList<HyperCertificateOptions> Certificates { get; } = [];

    /// <summary>
    /// Whether clients are asked for a certificate, which handlers find as <c>HttpContext.Connection.ClientCertificate</c>: <c>server:clientCertificate</c> is
    /// <c>no</c>, <c>allow</c> or <c>require</c>. The default is not to ask, as in Kestrel.
    /// </summary>
    public ClientCertificateMode ClientCertificate { get; set; } = ClientCertificateMode.NoCertificate;

    /// <summary>
    /// Whether a client's certificate is accepted, given its chain and what is wrong with it; null, the default, to accept those with nothing wrong. It may
    /// be called on any thread.
    /// </summary>
    public Func<X509Certificate2, X509Chain?, SslPolicyErrors, bool>? ClientCertificateValidation { get; set; }

    /// <summary>
    /// A file to write the secrets of HTTP/3 connections to, in the format of SSLKEYLOGFILE, so that a tool can decrypt what was recorded; null, the default, for
    /// none. Whoever reads the file reads all traffic: a warning says so at each start.
    /// </summary>
    public string? KeyLog { get; set; }

    /// <summary>How many endpoints the table printed at start-up shows at most; 0 for no table. The default is 100, about two screens.</summary>
    public int StartupTable { get; set; } = 100;
}

/// <summary>When clients of HTTP/3 have to prove their address first.</summary>
public enum RetryMode
{
    /// <summary>While the server is under pressure.</summary>
    Auto,

    /// <summary>Never: what is too much is dropped.</summary>
    Never,

    /// <summary>Always, but those that proved it in an earlier connection.</summary>
    Always,
}

/// <summary>The certificate for https, from the configuration section <c>server:certificate</c>.</summary>
/// <remarks>Without one, <c>Kestrel:Certificates:Default</c> holds, and without that a development certificate is made, which only this machine's user can use.</remarks>
public sealed class HyperCertificateOptions
{
    /// <summary>A file with the certificate, and the chain that leads to its issuer: PEM, or PKCS #12 when it ends in <c>.pfx</c> or <c>.p12</c>; null for none.</summary>
    public string? Path { get; set; }

    /// <summary>A PEM file with the private key; null when the file of <see cref="Path"/> has it.</summary>
    public string? KeyPath { get; set; }

    /// <summary>A file with an OCSP response for the certificate, in DER, which HTTP/3 sends to clients that ask for one; null for none.</summary>
    public string? OcspPath { get; set; }

    /// <summary>The password of the private key; null for none.</summary>
    public string? Password { get; set; }
}
