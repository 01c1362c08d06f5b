using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Tls;

namespace HyperGen.Benchmarks.Tls;

/// <summary>A full handshake in memory, both sides: X25519, ECDSA on P-256, AES-128-GCM; the client accepts the chain without looking at it.</summary>
internal sealed class HandshakeWorkload
{
    private static readonly HandshakeOptions s_options = new() { Groups = [NamedGroup.X25519] };

    private readonly ServerSelection _selection;

    public HandshakeWorkload()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=h3.test", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        _selection = new ServerSelection([SslApplicationProtocol.Http3], [new Credential([certificate.RawData], key)]);
    }

    public void Run()
    {
        using var server = new ServerHandshake(s_options, RandomNumberGenerator.Fill);
        server.SetTransportParameters([1, 2, 3, 4]);
        using var client = new ClientHandshake(
            s_options,
            new ClientOptions { ServerName = "h3.test", ApplicationProtocols = [SslApplicationProtocol.Http3], TransportParameters = new byte[] { 1, 2, 3, 4 } },
            RandomNumberGenerator.Fill);
        while (Carry(client, server) | Carry(server, client))
        {
            // Until neither side has anything to say.
        }
        if (!client.IsComplete || !server.IsComplete)
        {
            throw new InvalidOperationException($"The handshake failed: {client.Error?.Reason} {server.Error?.Reason}");
        }
    }

    private bool Carry(TlsHandshake from, TlsHandshake to)
    {
        bool any = Answer(from);
        while (from.TryGetOutput(out EncryptionLevel level, out ReadOnlyMemory<byte> bytes))
        {
            to.HandleInput(level, bytes.Span);
            Answer(to);
            any = true;
        }
        return any;
    }

    private bool Answer(TlsHandshake tls)
    {
        bool any = false;
        while (tls.TryGetEvent(out TlsEvent next))
        {
            any = true;
            switch (next.Kind)
            {
                case TlsEventKind.ReadSecret or TlsEventKind.WriteSecret:
                    next.Secret.Dispose();
                    break;
                case TlsEventKind.Question when next.Question is SelectCredentialsQuestion select:
                    tls.AnswerCredentials(select.Id, _selection);
                    break;
                case TlsEventKind.Question when next.Question is SignQuestion sign:
                    tls.AnswerSignature(sign.Id, sign.Credential.Sign(sign.Scheme, sign.Content.Span));
                    break;
                case TlsEventKind.Question:
                    tls.AnswerChain(next.Question.Id);
                    break;
            }
        }
        return any;
    }
}
