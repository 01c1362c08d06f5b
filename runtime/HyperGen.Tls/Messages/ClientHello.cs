using System.Text;

namespace HyperGen.Tls.Messages;

/// <summary>A ClientHello (RFC 9846, section 4.2.2), read but not judged: what we know of it, as views into the message.</summary>
internal ref struct ClientHello
{
    private UInt16List _certificateSchemes;

    public ReadOnlySpan<byte> Random { get; private set; }

    /// <summary>Empty in QUIC, unless the client asks for compatibility with middleboxes that QUIC does not meet.</summary>
    public ReadOnlySpan<byte> SessionId { get; private set; }

    public UInt16List CipherSuites { get; private set; }

    /// <summary>Empty when the extension is absent, as are the other lists.</summary>
    public UInt16List SupportedVersions { get; private set; }

    public UInt16List SupportedGroups { get; private set; }

    public UInt16List SignatureSchemes { get; private set; }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3
    //# If no "signature_algorithms_cert" extension is present,
    //# then the "signature_algorithms" extension also applies to signatures
    //# appearing in certificates.

    /// <summary>Those of the signatures in certificates.</summary>
    public readonly UInt16List CertificateSchemes => _certificateSchemes.Count > 0 ? _certificateSchemes : SignatureSchemes;

    /// <summary>The host_name of the server_name extension without a trailing dot.</summary>
    public string? ServerName { get; private set; }

    /// <summary>ProtocolNames, each behind its length; every one is whole and not empty.</summary>
    public ReadOnlySpan<byte> ApplicationProtocols { get; private set; }

    public bool HasTransportParameters { get; private set; }

    public ReadOnlySpan<byte> TransportParameters { get; private set; }

    public bool HasKeyShare { get; private set; }

    public bool HasEarlyData { get; private set; }

    /// <summary>Whether an OCSP response is welcome (RFC 6066, section 8).</summary>
    public bool HasStatusRequest { get; private set; }

    public bool HasPreSharedKey { get; private set; }

    /// <summary>The body of the extension, which only a server that has issued tickets takes apart.</summary>
    public ReadOnlySpan<byte> PreSharedKey { get; private set; }

    public bool HasPskKeyExchangeModes { get; private set; }

    /// <summary>Whether the client would resume a session with a fresh key exchange, the only way that we do.</summary>
    public bool AllowsPskWithKeyExchange { get; private set; }

    /// <summary>KeyShareEntry structures; every one is whole.</summary>
    public ReadOnlySpan<byte> KeyShares { get; private set; }

    /// <summary>Reads the body of a message.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static TlsError? Parse(ReadOnlySpan<byte> body, out ClientHello hello)
    {
        hello = default;
        var reader = new MessageReader(body);
        if (!reader.TryUInt16(out var legacyVersion)
            || !reader.TryBytes(32, out var random)
            || !reader.TryVector8(out var sessionId)
            || sessionId.Length > 32
            || !reader.TryVector16(out var cipherSuites)
            || !UInt16List.IsValid(cipherSuites)
            || !reader.TryVector8(out var compressionMethods)
            || compressionMethods.IsEmpty)
        {
            return Malformed("The ClientHello is cut short or has a field of a wrong length.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.2
        //# A server which receives a legacy_version value not equal to 0x0303 MUST abort
        //# the handshake with a "protocol_version" alert.
        if (legacyVersion != 0x0303)
        {
            return TlsError.FromAlert(TlsAlert.ProtocolVersion, "The ClientHello's legacy_version is not 0x0303.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.2
        //# If a TLS 1.3 ClientHello is
        //# received with any other value in this field, the server MUST
        //# abort the handshake with an "illegal_parameter" alert.
        if (compressionMethods is not [0])
        {
            return TlsError.FromAlert(TlsAlert.IllegalParameter, "The ClientHello offers compression.");
        }

        hello.Random = random;
        hello.SessionId = sessionId;
        hello.CipherSuites = new UInt16List(cipherSuites);
        if (reader.IsEmpty)
        {
            return null;
        }

        return reader.TryVector16(out var extensions) && reader.IsEmpty
            ? hello.ParseExtensions(extensions)
            : Malformed("The ClientHello's extensions do not end where it ends.");
    }

    /// <summary>The client's key for a group, if it has sent one.</summary>
    public readonly bool TryFindKeyShare(NamedGroup group, out ReadOnlySpan<byte> keyExchange)
    {
        var reader = new MessageReader(KeyShares);
        while (reader.TryUInt16(out var number) && reader.TryVector16(out keyExchange))
        {
            if (number == (ushort)group)
            {
                return true;
            }
        }

        keyExchange = default;
        return false;
    }

    private TlsError? ParseExtensions(ReadOnlySpan<byte> extensions)
    {
        var reader = new ExtensionReader(extensions);
        while (reader.TryRead(out var type, out var body))
        {
            if (ParseExtension(type, body) is { } error)
            {
                return error;
            }

            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3
            //# which MUST be
            //# the last extension in the ClientHello
            if (HasPreSharedKey && !reader.IsAtEnd)
            {
                return TlsError.FromAlert(TlsAlert.IllegalParameter, "Extensions follow pre_shared_key.");
            }
        }

        return reader.Error;
    }

    private TlsError? ParseExtension(ExtensionType type, ReadOnlySpan<byte> body)
    {
        var reader = new MessageReader(body);
        ReadOnlySpan<byte> list;
        bool isWellFormed;
        switch (type)
        {
            case ExtensionType.ServerName:
                return ParseServerName(body);

            case ExtensionType.SupportedVersions:
                isWellFormed = reader.TryVector8(out list) && UInt16List.IsValid(list);
                SupportedVersions = new UInt16List(list);
                break;

            case ExtensionType.SupportedGroups:
                isWellFormed = reader.TryVector16(out list) && UInt16List.IsValid(list);
                SupportedGroups = new UInt16List(list);
                break;

            case ExtensionType.SignatureAlgorithms:
                isWellFormed = reader.TryVector16(out list) && UInt16List.IsValid(list);
                SignatureSchemes = new UInt16List(list);
                break;

            case ExtensionType.SignatureAlgorithmsCert:
                isWellFormed = reader.TryVector16(out list) && UInt16List.IsValid(list);
                _certificateSchemes = new UInt16List(list);
                break;

            case ExtensionType.ApplicationLayerProtocolNegotiation:
                isWellFormed = reader.TryVector16(out list) && IsProtocolNameList(list);
                ApplicationProtocols = list;
                break;

            case ExtensionType.KeyShare:
                isWellFormed = reader.TryVector16(out list) && IsKeyShareList(list);
                HasKeyShare = true;
                KeyShares = list;
                break;

            // The responders and extensions that follow the type are wishes that a stapled response cannot grant.
            case ExtensionType.StatusRequest:
                const int Ocsp = 1;
                isWellFormed = reader.TryUInt8(out var statusType);
                if (statusType == Ocsp)
                {
                    HasStatusRequest = true;
                    isWellFormed = reader.TryVector16(out _) && reader.TryVector16(out _);
                }
                else
                {
                    return isWellFormed ? null : Malformed("The extension StatusRequest is malformed.");
                }

                break;

            case ExtensionType.QuicTransportParameters:
                HasTransportParameters = true;
                TransportParameters = body;
                return null;

            case ExtensionType.EarlyData:
                HasEarlyData = true;
                isWellFormed = true;
                break;

            case ExtensionType.PreSharedKey:
                HasPreSharedKey = true;
                PreSharedKey = body;
                return null;

            case ExtensionType.PskKeyExchangeModes:
                isWellFormed = reader.TryVector8(out list) && !list.IsEmpty;
                HasPskKeyExchangeModes = true;
                const byte PskDheKe = 1;
                AllowsPskWithKeyExchange = list.Contains(PskDheKe);
                break;

            default:
                //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.2
                //# Servers MUST ignore unrecognized extensions.
                return ExtensionReader.Misplaced(type, ExtensionPlaces.ClientHello);
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3
        //# receivers MUST abort the handshake with a
        //# "decode_error" alert if there is data left over after parsing the structure.
        return isWellFormed && reader.IsEmpty ? null : Malformed($"The extension {type} is malformed.");
    }

    private TlsError? ParseServerName(ReadOnlySpan<byte> body)
    {
        var outer = new MessageReader(body);
        if (!outer.TryVector16(out var list) || list.IsEmpty || !outer.IsEmpty)
        {
            return Malformed("The extension ServerName is malformed.");
        }

        var reader = new MessageReader(list);
        while (!reader.IsEmpty)
        {
            if (!reader.TryUInt8(out var nameType) || !reader.TryVector16(out var name) || name.IsEmpty)
            {
                return Malformed("The extension ServerName is malformed.");
            }

            const int HostName = 0;
            if (nameType != HostName)
            {
                continue;
            }

            // RFC 6066, section 3: ASCII, one name of a type. A name that cannot be one is refused rather than looked up.
            if (ServerName is not null || name.Length > 254 || name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            {
                return TlsError.FromAlert(TlsAlert.IllegalParameter, "The server_name is not a host name.");
            }

            ServerName = Encoding.ASCII.GetString(name.EndsWith("."u8) ? name[..^1] : name);
        }

        return null;
    }

    private static bool IsProtocolNameList(ReadOnlySpan<byte> list)
    {
        var reader = new MessageReader(list);
        while (!reader.IsEmpty)
        {
            if (!reader.TryVector8(out var name) || name.IsEmpty)
            {
                return false;
            }
        }

        return !list.IsEmpty;
    }

    private static bool IsKeyShareList(ReadOnlySpan<byte> list)
    {
        var reader = new MessageReader(list);
        while (!reader.IsEmpty)
        {
            if (!reader.TryUInt16(out _) || !reader.TryVector16(out var keyExchange) || keyExchange.IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private static TlsError Malformed(string reason) => TlsError.FromAlert(TlsAlert.DecodeError, reason);
}
