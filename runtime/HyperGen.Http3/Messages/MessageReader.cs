using HyperGen.Http3.Frames;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Messages;

/// <summary>Reads one message from its stream: a request on a server, the responses to one on a client.</summary>
/// <remarks>
/// The connection hands it the bytes of the stream in order, wherever they break; it hands the parts of the message to a sink. It keeps nothing of
/// them but an incomplete header section. It is reused: <see cref="Reset"/> makes it ready for the next stream.
/// </remarks>
internal sealed class MessageReader : IDisposable
{
    private readonly bool _isServer;
    private readonly FieldSection _fields;
    private FrameReader _frames;
    private PayloadBuffer _payload;
    private long _contentLength;
    private long _received;
    private bool _hasNoContent;

    /// <param name="isServer">Whether requests are read, not responses.</param>
    /// <param name="limits">How large a header section may be.</param>
    public MessageReader(bool isServer, FieldLimits limits)
    {
        _isServer = isServer;
        _fields = new FieldSection(limits);
        _contentLength = -1;
    }

    /// <summary>How far the message has come.</summary>
    public MessageState State { get; private set; }

    /// <summary>The header section, from the moment it was handed to the sink until <see cref="Reset"/>.</summary>
    public FieldSection Fields => _fields;

    /// <summary>Frames that were allowed and without meaning.</summary>
    public int Glitches { get; private set; }

    /// <summary>Forgets the message.</summary>
    /// <param name="hasNoContent">Whether a response to HEAD is next: its content-length promises nothing.</param>
    public void Reset(bool hasNoContent = false)
    {
        State = MessageState.Head;
        _fields.Clear();
        _frames = default;
        _payload.Release();
        _contentLength = -1;
        _received = 0;
        _hasNoContent = hasNoContent;
        Glitches = 0;
    }

    /// <summary>Drops the rest of the message.</summary>
    public void Discard()
    {
        State = MessageState.Discarded;
        _payload.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _payload.Release();
        _fields.Dispose();
    }

    /// <summary>Handles the next bytes of the stream.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="isEnd">Whether the stream ends behind them.</param>
    /// <param name="sink">Takes the parts of the message.</param>
    /// <param name="consumed">How many bytes are done with; fewer than all only when the sink took less of the content than there was.</param>
    public Http3Error Receive<TSink>(ReadOnlySpan<byte> source, bool isEnd, ref TSink sink, out int consumed)
        where TSink : struct, IMessageSink
    {
        int available = source.Length;
        Http3Error error = ReadFrames(ref source, ref sink);
        consumed = State == MessageState.Discarded ? available : available - source.Length;
        return error.IsError || !isEnd || consumed < available ? error : End(ref sink);
    }

    private Http3Error ReadFrames<TSink>(ref ReadOnlySpan<byte> source, ref TSink sink)
        where TSink : struct, IMessageSink
    {
        while (State != MessageState.Discarded)
        {
            if (!_frames.IsInPayload)
            {
                if (!_frames.TryReadHeader(ref source))
                {
                    return default;
                }
                if (OnFrame(ref sink) is { IsError: true } misplaced)
                {
                    return misplaced;
                }
                continue;
            }
            if (_frames.Type == FrameType.Headers)
            {
                if (!_payload.TryCollect(ref _frames, ref source, out ReadOnlySpan<byte> section))
                {
                    return default;
                }
                Http3Error malformed = OnSection(section, ref sink);
                _payload.Release();
                if (malformed.IsError)
                {
                    return malformed;
                }
                continue;
            }
            ReadOnlySpan<byte> payload = _frames.Payload(source);
            int taken = _frames.Type == FrameType.Data && !payload.IsEmpty ? sink.OnContent(payload) : payload.Length;
            _frames.Consume(ref source, taken);
            if (taken < payload.Length || (source.IsEmpty && _frames.IsInPayload))
            {
                return default;
            }
        }
        return default;
    }

    private Http3Error OnFrame<TSink>(ref TSink sink)
        where TSink : struct, IMessageSink
    {
        switch (_frames.Type)
        {
            //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1
            //# In particular, a DATA frame before any HEADERS frame, or a HEADERS or DATA frame after the trailing HEADERS frame, is considered invalid.
            case FrameType.Data when State != MessageState.Content:
            case FrameType.Headers when State == MessageState.Trailers:
                return Http3Error.Connection(ErrorCode.FrameUnexpected, "HEADERS and DATA do not come in the order of a message.");
            case FrameType.Data:
                return OnData();
            case FrameType.Headers when _frames.Remaining > (ulong)_fields.Limits.Bytes:
                return OnOversized(ref sink);
            case FrameType.Headers:
                return default;

            //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.5
            //# A server MUST treat the receipt of a PUSH_PROMISE frame as a connection error of type H3_FRAME_UNEXPECTED.
            //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4
            //# If an endpoint receives a SETTINGS frame on a different stream, the endpoint MUST respond with a connection error of type H3_FRAME_UNEXPECTED.
            //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.6
            //# A client MUST treat a GOAWAY frame on a stream other than the control stream as a connection error of type H3_FRAME_UNEXPECTED.
            //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.7
            //# Receipt of a MAX_PUSH_ID frame on any other stream MUST be treated as a connection error of type H3_FRAME_UNEXPECTED.
            //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
            //# Receiving a PRIORITY_UPDATE frame on a stream other than the client control stream MUST be treated as a connection error of type H3_FRAME_UNEXPECTED.
            case FrameType.PushPromise or FrameType.Settings or FrameType.GoAway or FrameType.MaxPushId or FrameType.CancelPush:
            case FrameType.PriorityUpdateRequest or FrameType.PriorityUpdatePush:
            case var type when type.IsForbidden():
                return Http3Error.Connection(ErrorCode.FrameUnexpected, "A frame does not belong on a request stream.");

            //= https://www.rfc-editor.org/rfc/rfc9114#section-9
            //# Implementations MUST ignore unknown or unsupported values in all extensible protocol elements.
            default:
                Glitches++;
                return default;
        }
    }

    private Http3Error OnData()
    {
        if (_frames.Remaining == 0)
        {
            Glitches++;
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1.2
        //# is malformed if the value of the Content-Length header field does not equal the sum of the DATA frame lengths received.
        _received += (long)Math.Min(_frames.Remaining, VarInt.MaxValue - (ulong)_received);
        bool isTooMuch = _hasNoContent || (_contentLength >= 0 && _received > _contentLength);
        return isTooMuch ? Http3Error.Stream(ErrorCode.MessageError, "There is more content than content-length says.") : default;
    }

    private Http3Error OnSection<TSink>(ReadOnlySpan<byte> section, ref TSink sink)
        where TSink : struct, IMessageSink
    {
        if (State == MessageState.Content)
        {
            return OnTrailers(section, ref sink);
        }
        _fields.Clear();
        Http3Error error = FieldSectionDecoder.Decode(section, _fields);
        if (error.IsError)
        {
            return error;
        }
        if (_fields.IsOverLimit)
        {
            return OnOversized(ref sink);
        }
        error = _isServer ? HeadReader.ReadRequest(_fields, out MessageHead head) : HeadReader.ReadResponse(_fields, out head);
        if (error.IsError)
        {
            return error;
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1
        //# Interim responses do not contain content or trailer sections.
        bool isInterim = !_isServer && head.Status < 200;
        if (!isInterim)
        {
            State = MessageState.Content;
            _hasNoContent |= head.Status is 204 or 304;
            _contentLength = head.ContentLength;
        }
        sink.OnHead(_fields, head);
        return default;
    }

    private Http3Error OnTrailers<TSink>(ReadOnlySpan<byte> section, ref TSink sink)
        where TSink : struct, IMessageSink
    {
        // The header section stays in place while a handler may be reading it, so trailers are decoded elsewhere, checked, told, and let go.
        using var trailers = new FieldSection(_fields.Limits);
        Http3Error error = FieldSectionDecoder.Decode(section, trailers);
        if (error.IsError)
        {
            return error;
        }
        if (trailers.IsOverLimit)
        {
            return Http3Error.Stream(ErrorCode.ExcessiveLoad, "The trailers are over the limits for field sections.");
        }
        State = MessageState.Trailers;
        error = HeadReader.ReadTrailers(trailers);
        if (!error.IsError)
        {
            sink.OnTrailers(trailers);
        }
        return error;
    }

    private Http3Error OnOversized<TSink>(ref TSink sink)
        where TSink : struct, IMessageSink
    {
        if (State == MessageState.Content)
        {
            return Http3Error.Stream(ErrorCode.ExcessiveLoad, "The trailers are over the limits for field sections.");
        }
        Discard();
        sink.OnOversizedHead();
        return default;
    }

    private Http3Error End<TSink>(ref TSink sink)
        where TSink : struct, IMessageSink
    {
        if (State is MessageState.Discarded or MessageState.End)
        {
            return default;
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-7.1
        //# When a stream terminates cleanly, if the last frame on the stream was truncated, this MUST be treated as a connection error of type H3_FRAME_ERROR.
        if (!_frames.IsAtBoundary)
        {
            return Http3Error.Connection(ErrorCode.FrameError, "A stream ends inside a frame.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1
        //# If a client-initiated stream terminates without enough of the HTTP message to provide a complete response, the server SHOULD abort its response stream with the error code H3_REQUEST_INCOMPLETE.
        if (State == MessageState.Head)
        {
            return Http3Error.Stream(ErrorCode.RequestIncomplete, "A stream ends before its header section.");
        }
        if (_contentLength >= 0 && _received != _contentLength && !_hasNoContent)
        {
            return Http3Error.Stream(ErrorCode.MessageError, "There is less content than content-length says.");
        }
        State = MessageState.End;
        sink.OnEnd();
        return default;
    }
}
