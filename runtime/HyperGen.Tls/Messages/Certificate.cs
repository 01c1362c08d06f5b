namespace HyperGen.Tls.Messages;

/// <summary>The Certificate message (RFC 9846, section 4.5.1).</summary>
internal static class Certificate
{
    /// <summary>The most certificates of a chain that are read: real chains have two to four.</summary>
    private const int MaxCertificates = 16;

    /// <summary>The message, with its header, that carries a chain.</summary>
    public static ReadOnlyMemory<byte> Encode(IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        var writer = new MessageWriter(16 + chain.Sum(static certificate => certificate.Length + 5));
        var message = writer.Begin(HandshakeType.Certificate);

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1
        //# Otherwise
        //# (in the case of server authentication), this field SHALL be zero length.
        writer.UInt8(0);
        var list = writer.Begin24();
        foreach (var certificate in chain)
        {
            var data = writer.Begin24();
            writer.Bytes(certificate.Span);
            writer.End24(data);
            writer.UInt16(0);
        }

        writer.End24(list);
        writer.End24(message);
        return writer.Memory;
    }

    /// <summary>Reads the body of a server's message.</summary>
    /// <param name="body">The body.</param>
    /// <param name="chain">Copies of the certificates, the peer's own first.</param>
    /// <returns>Null, or what is wrong with it.</returns>
    public static TlsError? ParseServer(ReadOnlySpan<byte> body, out List<ReadOnlyMemory<byte>> chain)
    {
        chain = [];
        var outer = new MessageReader(body);
        if (!outer.TryVector8(out var context) || !outer.TryVector24(out var list) || !outer.IsEmpty)
        {
            return Malformed();
        }

        if (!context.IsEmpty)
        {
            return TlsError.FromAlert(TlsAlert.IllegalParameter, "The server's Certificate answers a request that was not made.");
        }

        var reader = new MessageReader(list);
        while (!reader.IsEmpty)
        {
            if (!reader.TryVector24(out var certificate) || certificate.IsEmpty || !reader.TryVector16(out var extensions))
            {
                return Malformed();
            }

            var extensionReader = new ExtensionReader(extensions);
            if (extensionReader.TryRead(out var type, out _))
            {
                return ExtensionReader.Unexpected(type, "Certificate");
            }

            if (extensionReader.Error is { } error)
            {
                return error;
            }

            if (chain.Count == MaxCertificates)
            {
                return TlsError.FromAlert(TlsAlert.BadCertificate, $"The chain has more than {MaxCertificates} certificates.");
            }

            chain.Add(certificate.ToArray());
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.3
        //# If the server supplies an empty Certificate message, the client MUST abort
        //# the handshake with a "decode_error" alert.
        return chain.Count == 0 ? Malformed() : null;
    }

    private static TlsError Malformed() => TlsError.FromAlert(TlsAlert.DecodeError, "The Certificate message is malformed or empty.");
}
