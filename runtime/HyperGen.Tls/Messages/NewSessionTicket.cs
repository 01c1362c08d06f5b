namespace HyperGen.Tls.Messages;

/// <summary>The NewSessionTicket message (RFC 9846, section 4.7.1).</summary>
internal ref struct NewSessionTicket
{
    /// <summary>RFC 9001, section 4.6.1: the only max_early_data_size there is in QUIC.</summary>
    private const uint EarlyDataAllowed = 0xffffffff;

    public uint LifetimeSeconds { get; set; }

    public uint AgeAdd { get; set; }

    public ReadOnlySpan<byte> Nonce { get; set; }

    public ReadOnlySpan<byte> Ticket { get; set; }

    public bool AllowsEarlyData { get; set; }

    public readonly void Write(MessageWriter writer)
    {
        var message = writer.Begin(HandshakeType.NewSessionTicket);
        writer.UInt32(LifetimeSeconds);
        writer.UInt32(AgeAdd);
        writer.Vector8(Nonce);
        writer.Vector16(Ticket);
        var extensions = writer.Begin16();
        if (AllowsEarlyData)
        {
            //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.1
            //# Servers MUST NOT send the early_data extension with a max_early_data_size field
            //# set to any value other than 0xffffffff.
            var earlyData = writer.Begin(ExtensionType.EarlyData);
            writer.UInt32(EarlyDataAllowed);
            writer.End16(earlyData);
        }

        writer.End16(extensions);
        writer.End24(message);
    }

    /// <summary>Reads the body of a message.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static TlsError? Parse(ReadOnlySpan<byte> body, out NewSessionTicket message)
    {
        message = default;
        var reader = new MessageReader(body);
        if (!reader.TryUInt32(out var lifetime)
            || !reader.TryUInt32(out var ageAdd)
            || !reader.TryVector8(out var nonce)
            || !reader.TryVector16(out var ticket)
            || ticket.IsEmpty
            || !reader.TryVector16(out var block)
            || !reader.IsEmpty)
        {
            return Malformed();
        }

        message.LifetimeSeconds = lifetime;
        message.AgeAdd = ageAdd;
        message.Nonce = nonce;
        message.Ticket = ticket;
        var extensions = new ExtensionReader(block);
        while (extensions.TryRead(out var type, out var extension))
        {
            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
            //# Clients MUST ignore
            //# unrecognized extensions.
            if (type != ExtensionType.EarlyData)
            {
                if (ExtensionReader.Misplaced(type, ExtensionPlaces.NewSessionTicket) is { } error)
                {
                    return error;
                }

                continue;
            }

            var value = new MessageReader(extension);
            if (!value.TryUInt32(out var size) || !value.IsEmpty)
            {
                return Malformed();
            }

            //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.1
            //# A client MUST treat receipt of a
            //# NewSessionTicket that contains an early_data extension with any other value as
            //# a connection error of type PROTOCOL_VIOLATION.
            if (size != EarlyDataAllowed)
            {
                return TlsError.ProtocolViolation("A session ticket's max_early_data_size is not 0xffffffff.");
            }

            message.AllowsEarlyData = true;
        }

        return extensions.Error;
    }

    private static TlsError Malformed() => TlsError.FromAlert(TlsAlert.DecodeError, "The NewSessionTicket message is malformed.");
}
