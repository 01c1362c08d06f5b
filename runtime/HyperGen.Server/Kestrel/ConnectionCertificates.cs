using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Kestrel;

/// <summary>Which certificate a client is shown, by what the application has told Kestrel. Its callbacks may take their time: they never run on a shard.</summary>
/// <param name="options">Kestrel's question to the application.</param>
/// <param name="chainOf">Knows what leads from a certificate to its issuer; null where the platform's stores have to be asked.</param>
/// <param name="logger">Is told why a handshake was refused.</param>
internal sealed class ConnectionCertificates(TlsConnectionCallbackOptions options, Func<X509Certificate2, X509Certificate2Collection?> chainOf, ILogger logger)
{
    /// <summary>By certificate or context: a chain is built and a key opened once, for as long as the application keeps the certificate.</summary>
    private readonly ConditionalWeakTable<object, Credential> _credentials = [];

    /// <summary>Asks the application. Whatever it throws refuses the handshake.</summary>
    public async ValueTask<ServerSelection> SelectAsync(QuicConnectionContext connection, SelectCredentialsQuestion question)
    {
        try
        {
            return await AskAsync(connection, question);
        }
        catch (Exception failure)
        {
            // A name nobody knows is as likely a cause as a failure, and both are up to whoever connects.
            logger.LogDebug(failure, "A handshake for {Name} was refused", question.ServerName ?? "(no name)");
            throw;
        }
    }

    private async ValueTask<ServerSelection> AskAsync(QuicConnectionContext connection, SelectCredentialsQuestion question)
    {
        string name = question.ServerName ?? "";
        var context = new TlsConnectionCallbackContext
        {
            ClientHelloInfo = new SslClientHelloInfo(name, SslProtocols.Tls13),
            State = options.OnConnectionState,
            Connection = connection,
        };
        SslServerAuthenticationOptions tls = await options.OnConnection(context, connection.ConnectionClosed);

        // Clients are never asked for a certificate. Where one is merely allowed, the application's own check says that none will do.
        if (tls.ClientCertificateRequired
            && tls.RemoteCertificateValidationCallback?.Invoke(this, null, null, SslPolicyErrors.RemoteCertificateNotAvailable) != true)
        {
            logger.LogError("HTTP/3 was refused: the endpoint requires certificates of clients, which are not supported over QUIC. Serve it over HTTP/1.1 and HTTP/2 only");
            throw new AuthenticationException("The endpoint requires a certificate of the client.");
        }
        return new ServerSelection(tls.ApplicationProtocols ?? options.ApplicationProtocols, [CredentialOf(tls, name)]);
    }

    private Credential CredentialOf(SslServerAuthenticationOptions tls, string name)
    {
        if (tls.ServerCertificateContext is { } context)
        {
            return _credentials.GetValue(context, static context => Create((SslStreamCertificateContext)context));
        }
        X509Certificate? certificate = tls.ServerCertificateSelectionCallback is { } select ? select(this, name) : tls.ServerCertificate;
        return certificate is null
            ? throw new AuthenticationException("There is no certificate for this name.")
            : _credentials.GetValue(certificate, CreateFromCertificate);
    }

    private Credential CreateFromCertificate(object source)
    {
        X509Certificate2 certificate = source as X509Certificate2 ?? new X509Certificate2((X509Certificate)source);
        return Create(SslStreamCertificateContext.Create(certificate, chainOf(certificate), offline: true));
    }

    private static Credential Create(SslStreamCertificateContext context)
    {
        X509Certificate2 leaf = context.TargetCertificate;
        AsymmetricAlgorithm key = (AsymmetricAlgorithm?)leaf.GetECDsaPrivateKey() ?? leaf.GetRSAPrivateKey()
            ?? throw new AuthenticationException("HTTP/3 needs a certificate with an ECDSA or RSA key.");
        return new Credential([leaf.RawDataMemory, .. context.IntermediateCertificates.Select(static issuer => issuer.RawDataMemory)], key);
    }
}
