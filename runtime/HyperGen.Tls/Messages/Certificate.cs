namespace HyperGen.Tls.Messages;

/// <summary>The Certificate message (RFC 9846, section 4.4.2).</summary>
internal static class Certificate
{
    /// <summary>The message, with its header, that carries a chain.</summary>
    public static ReadOnlyMemory<byte> Encode(IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        var writer = new MessageWriter(16 + chain.Sum(static certificate => certificate.Length + 5));
        var message = writer.Begin(HandshakeType.Certificate);

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2
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
}
