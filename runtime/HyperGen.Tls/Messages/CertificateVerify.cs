using HyperGen.Tls.Crypto;

namespace HyperGen.Tls.Messages;

/// <summary>The CertificateVerify message (RFC 9846, section 4.5.2).</summary>
internal static class CertificateVerify
{
    /// <summary>What a server's signature covers.</summary>
    /// <param name="schedule">A schedule whose transcript ends with the server's Certificate.</param>
    /// <param name="hash">The hash of the suite.</param>
    public static byte[] ServerContent(KeySchedule schedule, HashKind hash) => Content("TLS 1.3, server CertificateVerify"u8, schedule, hash);

    /// <summary>What a client's signature covers.</summary>
    /// <param name="schedule">A schedule whose transcript ends with the client's Certificate.</param>
    /// <param name="hash">The hash of the suite.</param>
    public static byte[] ClientContent(KeySchedule schedule, HashKind hash) => Content("TLS 1.3, client CertificateVerify"u8, schedule, hash);

    public static void Write(MessageWriter writer, SignatureScheme scheme, ReadOnlySpan<byte> signature)
    {
        var message = writer.Begin(HandshakeType.CertificateVerify);
        writer.UInt16((ushort)scheme);
        var vector = writer.Begin16();
        writer.Bytes(signature);
        writer.End16(vector);
        writer.End24(message);
    }

    /// <summary>Reads the body of a message.</summary>
    /// <returns>False when it is malformed.</returns>
    public static bool TryParse(ReadOnlySpan<byte> body, out int scheme, out ReadOnlySpan<byte> signature)
    {
        var reader = new MessageReader(body);
        signature = default;
        return reader.TryUInt16(out scheme) && reader.TryVector16(out signature) && reader.IsEmpty;
    }

    private static byte[] Content(ReadOnlySpan<byte> context, KeySchedule schedule, HashKind hash)
    {
        // 64 spaces, the context string, a zero byte, the transcript hash
        const int Padding = 64;
        var content = new byte[Padding + context.Length + 1 + hash.Length];
        content.AsSpan(0, Padding).Fill(0x20);
        context.CopyTo(content.AsSpan(Padding));
        schedule.GetTranscriptHash(content.AsSpan(content.Length - hash.Length));
        return content;
    }
}
