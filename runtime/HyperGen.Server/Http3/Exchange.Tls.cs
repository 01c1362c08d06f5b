using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Http3;

/// <content>Who the client has proved to be.</content>
internal sealed partial class Exchange : ITlsConnectionFeature
{
    private IReadOnlyList<ReadOnlyMemory<byte>> _clientCertificates = [];
    private X509Certificate2? _clientCertificate;

    X509Certificate2? ITlsConnectionFeature.ClientCertificate
    {
        get => _clientCertificate ??= _clientCertificates.Count == 0 ? null : X509CertificateLoader.LoadCertificate(_clientCertificates[0].Span);
        set => _clientCertificate = value;
    }

    /// <summary>TLS 1.3 in QUIC asks during the handshake or not at all.</summary>
    Task<X509Certificate2?> ITlsConnectionFeature.GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(((ITlsConnectionFeature)this).ClientCertificate);
}
