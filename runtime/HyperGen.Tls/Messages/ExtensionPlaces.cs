namespace HyperGen.Tls.Messages;

/// <summary>The messages in which extensions appear: the notation of the table in RFC 9846, section 4.3.</summary>
[Flags]
internal enum ExtensionPlaces : byte
{
    ClientHello = 1,
    ServerHello = 2,
    HelloRetryRequest = 4,
    EncryptedExtensions = 8,
    CertificateRequest = 16,
    Certificate = 32,
    NewSessionTicket = 64,
}

internal static class ExtensionTypes
{
    extension(ExtensionType type)
    {
        /// <summary>Whether we know the extension, and that the message is no place for it.</summary>
        /// <param name="message">The message that it is in.</param>
        public bool IsMisplacedIn(ExtensionPlaces message) => PlacesOf(type) is { } places && (places & message) == 0;
    }

    /// <summary>The table's row; null for an extension that we do not know.</summary>
    private static ExtensionPlaces? PlacesOf(ExtensionType type) => type switch
    {
        ExtensionType.ServerName => ExtensionPlaces.ClientHello | ExtensionPlaces.EncryptedExtensions | ExtensionPlaces.CertificateRequest,
        ExtensionType.StatusRequest => ExtensionPlaces.ClientHello | ExtensionPlaces.CertificateRequest | ExtensionPlaces.Certificate,
        ExtensionType.SupportedGroups
            or ExtensionType.ApplicationLayerProtocolNegotiation
            or ExtensionType.QuicTransportParameters => ExtensionPlaces.ClientHello | ExtensionPlaces.EncryptedExtensions,
        ExtensionType.SignatureAlgorithms
            or ExtensionType.SignatureAlgorithmsCert
            or ExtensionType.CertificateAuthorities
            or ExtensionType.CompressCertificate => ExtensionPlaces.ClientHello | ExtensionPlaces.CertificateRequest,
        ExtensionType.PreSharedKey => ExtensionPlaces.ClientHello | ExtensionPlaces.ServerHello,
        ExtensionType.EarlyData => ExtensionPlaces.ClientHello | ExtensionPlaces.EncryptedExtensions | ExtensionPlaces.NewSessionTicket,
        ExtensionType.SupportedVersions
            or ExtensionType.KeyShare => ExtensionPlaces.ClientHello | ExtensionPlaces.ServerHello | ExtensionPlaces.HelloRetryRequest,
        ExtensionType.Cookie => ExtensionPlaces.ClientHello | ExtensionPlaces.HelloRetryRequest,
        ExtensionType.Padding or ExtensionType.PskKeyExchangeModes or ExtensionType.PostHandshakeAuth => ExtensionPlaces.ClientHello,
        ExtensionType.OidFilters => ExtensionPlaces.CertificateRequest,
        _ => null,
    };
}
