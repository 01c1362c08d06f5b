namespace HyperGen.Tls.Messages;

/// <summary>The EncryptedExtensions message (RFC 9846, section 4.4.1), as a client reads it.</summary>
internal ref struct EncryptedExtensions
{
    public bool HasTransportParameters { get; private set; }

    public ReadOnlySpan<byte> TransportParameters { get; private set; }

    /// <summary>Whether the server reads the client's early data.</summary>
    public bool HasEarlyData { get; private set; }

    /// <summary>Whether the server has used the name it was sent.</summary>
    public bool HasServerName { get; private set; }

    /// <summary>The chosen ALPN identifier; empty when there is none.</summary>
    public ReadOnlySpan<byte> ApplicationProtocol { get; private set; }

    /// <summary>Reads the body of a message.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static TlsError? Parse(ReadOnlySpan<byte> body, out EncryptedExtensions extensions)
    {
        extensions = default;
        var outer = new MessageReader(body);
        if (!outer.TryVector16(out var block) || !outer.IsEmpty)
        {
            return Malformed("The EncryptedExtensions message is malformed.");
        }

        var reader = new ExtensionReader(block);
        while (reader.TryRead(out var type, out var extension))
        {
            if (extensions.ParseExtension(type, extension) is { } error)
            {
                return error;
            }
        }

        return reader.Error;
    }

    private TlsError? ParseExtension(ExtensionType type, ReadOnlySpan<byte> body)
    {
        var reader = new MessageReader(body);
        switch (type)
        {
            case ExtensionType.QuicTransportParameters:
                HasTransportParameters = true;
                TransportParameters = body;
                return null;

            // RFC 7301, section 3.1: the list holds exactly one name.
            case ExtensionType.ApplicationLayerProtocolNegotiation:
                if (!reader.TryVector16(out var list) || !reader.IsEmpty)
                {
                    return Malformed("The server's ALPN extension is malformed.");
                }

                var names = new MessageReader(list);
                if (!names.TryVector8(out var name) || name.IsEmpty || !names.IsEmpty)
                {
                    return Malformed("The server's ALPN extension does not hold one name.");
                }

                ApplicationProtocol = name;
                return null;

            case ExtensionType.EarlyData:
                HasEarlyData = true;
                return body.IsEmpty ? null : Malformed("The server's early_data extension is not empty.");

            case ExtensionType.ServerName:
                HasServerName = true;
                return body.IsEmpty ? null : Malformed("The server's server_name extension is not empty.");

            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.7
            //# Clients MUST NOT act upon any information
            //# found in "supported_groups" prior to successful completion of the
            //# handshake
            case ExtensionType.SupportedGroups:
                return null;

            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.4.1
            //# The client
            //# MUST check EncryptedExtensions for the presence of any forbidden
            //# extensions and if any are found MUST abort the handshake with an
            //# "illegal_parameter" alert.
            default:
                return ExtensionReader.Unexpected(type, ExtensionPlaces.EncryptedExtensions);
        }
    }

    private static TlsError Malformed(string reason) => TlsError.FromAlert(TlsAlert.DecodeError, reason);
}
