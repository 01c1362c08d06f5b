using HyperGen.Quic.Frames;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>The token with which a client's next connection proves its address at once: RFC 9000 section 8.1.3.</summary>
internal sealed partial class Connection
{
    /// <summary>A longer token would leave too little of an Initial packet for the ClientHello; servers in use make less than a quarter of it.</summary>
    private const int MaxTokenLength = 512;

    private bool _newTokenPending;
    private byte[]? _receivedToken;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //# The client MUST NOT use the token provided in a Retry for future
    //# connections.

    /// <summary>
    /// At a client: takes the last token the server gave, which is good for one later connection of the same version from the same address; false when there
    /// is none.
    /// </summary>
    public bool TryTakeToken(out ReadOnlyMemory<byte> token)
    {
        token = _receivedToken;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
        //# A client SHOULD NOT reuse a token from a NEW_TOKEN frame for different
        //# connection attempts.
        _receivedToken = null;
        return !token.IsEmpty;
    }

    private void WriteNewToken(Timestamp now, ref PacketBuilder builder)
    {
        if (!builder.HasRoom(3 + AddressTokens.MaxLength)) return;
        _newTokenPending = false;

        // One that repairs a loss is another one: it is made anew rather than kept for the case.
        Span<byte> token = stackalloc byte[AddressTokens.MaxLength];

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.7
        //# The token MUST NOT be empty.
        var length = _endpoint.Tokens.WriteNew(token, now, _path.Path.Remote, _version);
        builder.Writer.WriteByte((byte)FrameType.NewToken);
        builder.Writer.WritePrefixed(token[..length]);
        builder.Record(new() { Type = FrameType.NewToken });
    }

    private TransportError HandleNewToken(ref WireReader reader)
    {
        if (!reader.TryReadPrefixed(out var token)) return TransportError.Malformed(FrameType.NewToken);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.7
        //# A server MUST treat receipt
        //# of a NEW_TOKEN frame as a connection error of type PROTOCOL_VIOLATION.
        if (Role == Role.Server) return TransportError.Of(TransportErrorCode.ProtocolViolation, FrameType.NewToken, "A client sent NEW_TOKEN.");

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.7
        //# A client MUST
        //# treat receipt of a NEW_TOKEN frame with an empty Token field as a
        //# connection error of type FRAME_ENCODING_ERROR.
        if (token.IsEmpty) return TransportError.Of(TransportErrorCode.FrameEncodingError, FrameType.NewToken, "The token is empty.");

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.7
        //# Clients are responsible for discarding duplicate values
        if (token.Length > MaxTokenLength || token.SequenceEqual(_receivedToken)) return TransportError.None;
        if (_receivedToken is null) _events.Add(ConnectionEventKind.TokenReceived);
        _receivedToken = token.ToArray();
        return TransportError.None;
    }
}
