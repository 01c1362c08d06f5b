namespace HyperGen.Http3.Frames;

/// <summary>What one side says about itself in its SETTINGS frame (RFC 9114 section 7.2.4, RFC 9204 section 5, RFC 9220).</summary>
internal readonly record struct Settings
{
    /// <summary>The most bytes a frame of ours takes.</summary>
    public const int MaxLength = 64;

    private const ulong QpackMaxTableCapacityId = 0x01;
    private const ulong MaxFieldSectionSizeId = 0x06;
    private const ulong QpackBlockedStreamsId = 0x07;
    private const ulong EnableConnectProtocolId = 0x08;

    /// <summary>One of the identifiers <c>0x1f * N + 0x21</c>, which peers must ignore.</summary>
    private const ulong ReservedId = 0x1f * 7 + 0x21;

    public Settings()
    {
    }

    /// <summary>The largest dynamic table this side's decoder keeps; 0 for none.</summary>
    public ulong QpackMaxTableCapacity { get; init; }

    /// <summary>How many streams may wait for insertions into it.</summary>
    public ulong QpackBlockedStreams { get; init; }

    /// <summary>The largest field section this side takes, counting 32 more for each line; unlimited unless said.</summary>
    public ulong MaxFieldSectionSize { get; init; } = VarInt.MaxValue;

    /// <summary>Whether extended CONNECT may be used (RFC 8441).</summary>
    public bool EnableConnectProtocol { get; init; }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.2
    //# Remembered settings are compatible if a client complying with those settings would not violate the server's current settings.

    /// <summary>Whether a client that keeps to what was remembered keeps to these settings too.</summary>
    public bool Covers(in Settings remembered) =>
        //= https://www.rfc-editor.org/rfc/rfc9204#section-3.2.3
        //# If the remembered value is non-zero, the server MUST send the same non-zero value in its SETTINGS frame.
        (remembered.QpackMaxTableCapacity == 0 || QpackMaxTableCapacity == remembered.QpackMaxTableCapacity)
        && QpackBlockedStreams >= remembered.QpackBlockedStreams
        && MaxFieldSectionSize >= remembered.MaxFieldSectionSize
        && (EnableConnectProtocol || !remembered.EnableConnectProtocol);

    /// <summary>Writes the settings that differ from what they are without a word, as they stand in the frame and in session tickets; the bytes it took.</summary>
    public int WritePayload(Span<byte> destination)
    {
        int length = 0;
        length += WriteOne(destination[length..], MaxFieldSectionSizeId, MaxFieldSectionSize, VarInt.MaxValue);
        length += WriteOne(destination[length..], QpackMaxTableCapacityId, QpackMaxTableCapacity, 0);
        length += WriteOne(destination[length..], QpackBlockedStreamsId, QpackBlockedStreams, 0);
        return length + WriteOne(destination[length..], EnableConnectProtocolId, EnableConnectProtocol ? 1UL : 0, 0);
    }

    /// <summary>Writes the whole frame and returns the bytes it took.</summary>
    public int Write(Span<byte> destination)
    {
        Span<byte> payload = stackalloc byte[MaxLength];
        int length = WritePayload(payload);

        //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.1
        //# Endpoints SHOULD include at least one such setting in their SETTINGS frame.
        length += WriteOne(payload[length..], ReservedId, 0, VarInt.MaxValue);
        int written = FrameWriter.WriteHeader(destination, FrameType.Settings, (ulong)length);
        payload[..length].CopyTo(destination[written..]);
        return written + length;
    }

    /// <summary>Reads the payload of a frame.</summary>
    public static Http3Error Read(ReadOnlySpan<byte> payload, out Settings settings)
    {
        settings = new Settings();
        ulong seen = 0;
        VarInt integer = default;
        while (!payload.IsEmpty)
        {
            if (!integer.TryRead(ref payload, out ulong id) || !integer.TryRead(ref payload, out ulong value))
            {
                //= https://www.rfc-editor.org/rfc/rfc9114#section-7.1
                //# A frame payload that contains additional bytes after the identified fields or a frame payload that terminates before the end of the identified fields MUST be treated as a connection error of type H3_FRAME_ERROR.
                return Http3Error.Connection(ErrorCode.FrameError, "A SETTINGS frame ends inside a setting.");
            }

            //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4
            //# A receiver MAY treat the presence of duplicate setting identifiers as a connection error of type H3_SETTINGS_ERROR.
            if (id < 64)
            {
                if ((seen & 1UL << (int)id) != 0)
                {
                    return Http3Error.Connection(ErrorCode.SettingsError, "A setting appears twice.");
                }
                seen |= 1UL << (int)id;
            }
            switch (id)
            {
                case QpackMaxTableCapacityId:
                    settings = settings with { QpackMaxTableCapacity = value };
                    break;
                case MaxFieldSectionSizeId:
                    settings = settings with { MaxFieldSectionSize = value };
                    break;
                case QpackBlockedStreamsId:
                    settings = settings with { QpackBlockedStreams = value };
                    break;

                //= https://www.rfc-editor.org/rfc/rfc8441#section-3
                //# The value of the parameter MUST be 0 or 1.
                case EnableConnectProtocolId when value > 1:
                    return Http3Error.Connection(ErrorCode.SettingsError, "SETTINGS_ENABLE_CONNECT_PROTOCOL is neither 0 nor 1.");
                case EnableConnectProtocolId:
                    settings = settings with { EnableConnectProtocol = value == 1 };
                    break;

                //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.1
                //# These reserved settings MUST NOT be sent, and their receipt MUST be treated as a connection error of type H3_SETTINGS_ERROR.
                case 0x02 or 0x03 or 0x04 or 0x05:
                    return Http3Error.Connection(ErrorCode.SettingsError, "A setting of HTTP/2 was sent.");
            }
        }
        return default;
    }

    private static int WriteOne(Span<byte> destination, ulong id, ulong value, ulong initial)
    {
        if (value == initial)
        {
            return 0;
        }
        int written = VarInt.Write(destination, id);
        return written + VarInt.Write(destination[written..], value);
    }
}
