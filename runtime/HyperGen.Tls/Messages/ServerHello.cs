namespace HyperGen.Tls.Messages;

/// <summary>A ServerHello or HelloRetryRequest (RFC 9846, sections 4.2.3 and 4.2.4).</summary>
internal ref struct ServerHello
{
    /// <summary>The only version there is.</summary>
    public const ushort Tls13 = 0x0304;

    /// <summary>The random of a HelloRetryRequest.</summary>
    public static ReadOnlySpan<byte> RetryRandom =>
    [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
        0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ];

    public bool IsRetry { get; private set; }

    public ReadOnlySpan<byte> SessionId { get; private set; }

    public int CipherSuite { get; private set; }

    /// <summary>0 when the extension is absent.</summary>
    public int SelectedVersion { get; private set; }

    /// <summary>The group of the key share, or the one asked for in a HelloRetryRequest; null when the extension is absent.</summary>
    public int? Group { get; private set; }

    /// <summary>The server's key; empty in a HelloRetryRequest.</summary>
    public ReadOnlySpan<byte> KeyExchange { get; private set; }

    /// <summary>Which of the client's pre-shared keys the server took; null when none.</summary>
    public int? SelectedIdentity { get; private set; }

    /// <summary>The cookie of a HelloRetryRequest; empty when there is none.</summary>
    public ReadOnlySpan<byte> Cookie { get; private set; }

    /// <summary>Reads the body of a message.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static TlsError? Parse(ReadOnlySpan<byte> body, out ServerHello hello)
    {
        hello = default;
        var reader = new MessageReader(body);
        if (!reader.TryUInt16(out var legacyVersion)
            || !reader.TryBytes(32, out var random)
            || !reader.TryVector8(out var sessionId)
            || sessionId.Length > 32
            || !reader.TryUInt16(out var cipherSuite)
            || !reader.TryUInt8(out var compressionMethod)
            || !reader.TryVector16(out var extensions)
            || !reader.IsEmpty)
        {
            return Malformed("The ServerHello is cut short or has a field of a wrong length.");
        }

        hello.IsRetry = random.SequenceEqual(RetryRandom);
        hello.SessionId = sessionId;
        hello.CipherSuite = cipherSuite;
        var extensionReader = new ExtensionReader(extensions);
        while (extensionReader.TryRead(out var type, out var extension))
        {
            if (hello.ParseExtension(type, extension) is { } error)
            {
                return error;
            }
        }

        if (extensionReader.Error is { } blockError)
        {
            return blockError;
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.2
        //# An
        //# endpoint MUST terminate the connection if a version of TLS older than 1.3 is
        //# negotiated.
        if (hello.SelectedVersion == 0)
        {
            return TlsError.FromAlert(TlsAlert.ProtocolVersion, "The server chose a version before TLS 1.3.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.1
        //# If the
        //# "supported_versions" extension in the ServerHello contains a version not offered by the
        //# client or contains a version prior to TLS 1.3, the client MUST abort the handshake with an
        //# "illegal_parameter" alert.
        if (hello.SelectedVersion != Tls13 || compressionMethod != 0)
        {
            return TlsError.FromAlert(TlsAlert.IllegalParameter, "The server chose a version or a compression that was not offered.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.3
        //# A client which receives a TLS 1.3 Server Hello with a legacy_version
        //# value not equal to 0x0303 MUST abort the handshake with a
        //# "protocol_version" alert.
        return legacyVersion == 0x0303 ? null : TlsError.FromAlert(TlsAlert.ProtocolVersion, "The ServerHello's legacy_version is not 0x0303.");
    }

    private TlsError? ParseExtension(ExtensionType type, ReadOnlySpan<byte> body)
    {
        var reader = new MessageReader(body);
        bool isWellFormed;
        switch (type)
        {
            case ExtensionType.SupportedVersions:
                isWellFormed = reader.TryUInt16(out var version);
                SelectedVersion = version;
                break;

            case ExtensionType.KeyShare:
                isWellFormed = reader.TryUInt16(out var group);
                Group = group;
                if (!IsRetry)
                {
                    isWellFormed &= reader.TryVector16(out var keyExchange) && !keyExchange.IsEmpty;
                    KeyExchange = keyExchange;
                }

                break;

            case ExtensionType.PreSharedKey when !IsRetry:
                isWellFormed = reader.TryUInt16(out var identity);
                SelectedIdentity = identity;
                break;

            case ExtensionType.Cookie when IsRetry:
                isWellFormed = reader.TryVector16(out var cookie) && !cookie.IsEmpty;
                Cookie = cookie;
                break;

            default:
                return ExtensionReader.Unexpected(type, IsRetry ? ExtensionPlaces.HelloRetryRequest : ExtensionPlaces.ServerHello);
        }

        return isWellFormed && reader.IsEmpty ? null : Malformed($"The extension {type} is malformed.");
    }

    private static TlsError Malformed(string reason) => TlsError.FromAlert(TlsAlert.DecodeError, reason);
}
