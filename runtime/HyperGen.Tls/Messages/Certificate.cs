namespace HyperGen.Tls.Messages;

/// <summary>The Certificate message (RFC 9846, section 4.5.1).</summary>
internal static class Certificate
{
    /// <summary>The most certificates of a chain that are read: real chains have two to four.</summary>
    private const int MaxCertificates = 16;

    /// <summary>The message, with its header, that carries a chain.</summary>
    /// <param name="chain">The certificates in DER, the sender's own first; none says that a client has none.</param>
    /// <param name="staple">The OCSP response for the first; empty for none.</param>
    public static ReadOnlyMemory<byte> Encode(IReadOnlyList<ReadOnlyMemory<byte>> chain, ReadOnlySpan<byte> staple = default)
    {
        var writer = new MessageWriter(32 + staple.Length + chain.Sum(static certificate => certificate.Length + 5));
        var message = writer.Begin(HandshakeType.Certificate);

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1
        //# Otherwise
        //# (in the case of server authentication), this field SHALL be zero length.
        // So it is in a client's answer: the context of a request during the handshake is empty.
        writer.UInt8(0);
        var list = writer.Begin24();
        foreach (var certificate in chain)
        {
            var data = writer.Begin24();
            writer.Bytes(certificate.Span);
            writer.End24(data);
            var extensions = writer.Begin16();
            if (!staple.IsEmpty)
            {
                const int Ocsp = 1;
                var status = writer.Begin(ExtensionType.StatusRequest);
                writer.UInt8(Ocsp);
                var response = writer.Begin24();
                writer.Bytes(staple);
                writer.End24(response);
                writer.End16(status);
                staple = default;
            }

            writer.End16(extensions);
        }

        writer.End24(list);
        writer.End24(message);
        return writer.Memory;
    }

    /// <summary>Reads the body of a message that answers no request, or one with an empty context.</summary>
    /// <param name="body">The body.</param>
    /// <param name="mayBeEmpty">Whether the peer may have none, as a client may.</param>
    /// <param name="chain">Copies of the certificates, the peer's own first.</param>
    /// <returns>Null, or what is wrong with it.</returns>
    public static TlsError? Parse(ReadOnlySpan<byte> body, bool mayBeEmpty, out List<ReadOnlyMemory<byte>> chain)
    {
        chain = [];
        var outer = new MessageReader(body);
        if (!outer.TryVector8(out var context) || !outer.TryVector24(out var list) || !outer.IsEmpty)
        {
            return Malformed();
        }

        if (!context.IsEmpty)
        {
            return TlsError.FromAlert(TlsAlert.IllegalParameter, "The Certificate answers a request that was not made.");
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
                return ExtensionReader.Unexpected(type, ExtensionPlaces.Certificate);
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
        return chain.Count == 0 && !mayBeEmpty ? Malformed() : null;
    }

    private static TlsError Malformed() => TlsError.FromAlert(TlsAlert.DecodeError, "The Certificate message is malformed or empty.");
}
