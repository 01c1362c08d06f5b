namespace HyperGen.Tls.Messages;

/// <summary>The NewSessionTicket message (RFC 9846, section 4.6.1).</summary>
internal static class NewSessionTicket
{
    /// <summary>Checks the body of a message that a client receives and has no use for.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static TlsError? Check(ReadOnlySpan<byte> body)
    {
        var reader = new MessageReader(body);
        if (!reader.TryBytes(8, out _)
            || !reader.TryVector8(out _)
            || !reader.TryVector16(out var ticket)
            || ticket.IsEmpty
            || !reader.TryVector16(out var block)
            || !reader.IsEmpty)
        {
            return TlsError.FromAlert(TlsAlert.DecodeError, "The NewSessionTicket message is malformed.");
        }

        var extensions = new ExtensionReader(block);
        while (extensions.TryRead(out var type, out var extension))
        {
            //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.1
            //# A client MUST treat receipt of a
            //# NewSessionTicket that contains an early_data extension with any other value as
            //# a connection error of type PROTOCOL_VIOLATION.
            if (type == ExtensionType.EarlyData && extension is not [0xff, 0xff, 0xff, 0xff])
            {
                return TlsError.ProtocolViolation("A session ticket's max_early_data_size is not 0xffffffff.");
            }
        }

        return extensions.Error;
    }
}
