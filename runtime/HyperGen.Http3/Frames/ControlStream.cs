namespace HyperGen.Http3.Frames;

/// <summary>Reads the peer's control stream (RFC 9114 section 6.2.1) and checks what depends on nothing else.</summary>
internal struct ControlStream
{
    /// <summary>More than any of these frames needs: a browser's SETTINGS take some 30 bytes, a PRIORITY_UPDATE about 20.</summary>
    private const int MaxPayload = 4096;

    private readonly bool _isServer;
    private FrameReader _frames;
    private PayloadBuffer _payload;
    private bool _hasSettings;
    private ulong? _maxPushId;
    private ulong? _goAway;

    /// <param name="isServer">Whether this side is the server.</param>
    public ControlStream(bool isServer) => _isServer = isServer;

    /// <summary>Frames that were allowed and without meaning, since the stream began.</summary>
    public int Glitches { get; private set; }

    /// <summary>Handles the next bytes of the stream; all of them are taken.</summary>
    public Http3Error Receive<TSink>(ReadOnlySpan<byte> source, ref TSink sink)
        where TSink : struct, IControlSink
    {
        while (true)
        {
            if (!_frames.IsInPayload)
            {
                if (!_frames.TryReadHeader(ref source))
                {
                    return default;
                }
                if (OnFrame() is { IsError: true } error)
                {
                    return error;
                }
            }
            if (!IsKnown(_frames.Type))
            {
                _frames.Consume(ref source, _frames.Payload(source).Length);
                if (_frames.IsInPayload)
                {
                    return default;
                }
                continue;
            }
            if (!_payload.TryCollect(ref _frames, ref source, out ReadOnlySpan<byte> payload))
            {
                return default;
            }
            Http3Error result = OnPayload(payload, ref sink);
            _payload.Release();
            if (result.IsError)
            {
                return result;
            }
        }
    }

    /// <summary>Gives rented memory back when the connection ends.</summary>
    public void Release() => _payload.Release();

    private static bool IsKnown(FrameType type) => type is FrameType.Settings or FrameType.GoAway or FrameType.MaxPushId or FrameType.CancelPush
        or FrameType.PriorityUpdateRequest or FrameType.PriorityUpdatePush;

    private Http3Error OnFrame()
    {
        FrameType type = _frames.Type;

        //= https://www.rfc-editor.org/rfc/rfc9114#section-6.2.1
        //# If the first frame of the control stream is any other frame type, this MUST be treated as a connection error of type H3_MISSING_SETTINGS.
        if (!_hasSettings && type != FrameType.Settings)
        {
            return Http3Error.Connection(ErrorCode.MissingSettings, "The control stream does not begin with SETTINGS.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4
        //# If an endpoint receives a second SETTINGS frame on the control stream, the endpoint MUST respond with a connection error of type H3_FRAME_UNEXPECTED.
        if (_hasSettings && type == FrameType.Settings)
        {
            return Http3Error.Connection(ErrorCode.FrameUnexpected, "SETTINGS was sent twice.");
        }
        _hasSettings = true;

        //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.7
        //# A client MUST treat the receipt of a MAX_PUSH_ID frame as a connection error of type H3_FRAME_UNEXPECTED.
        //
        //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
        //# If a client receives a PRIORITY_UPDATE frame, this MUST be treated as a connection error of type H3_FRAME_UNEXPECTED.
        bool isForeign = !_isServer && (type is FrameType.MaxPushId or FrameType.PriorityUpdateRequest or FrameType.PriorityUpdatePush);
        if (isForeign || type.IsForbidden() || type is FrameType.Data or FrameType.Headers or FrameType.PushPromise)
        {
            return Http3Error.Connection(ErrorCode.FrameUnexpected, "A frame does not belong on the control stream.");
        }
        if (!IsKnown(type))
        {
            Glitches++;
            return default;
        }
        return _frames.Remaining > MaxPayload
            ? Http3Error.Connection(ErrorCode.ExcessiveLoad, "A frame on the control stream is longer than 4 KiB.")
            : default;
    }

    private Http3Error OnPayload<TSink>(ReadOnlySpan<byte> payload, ref TSink sink)
        where TSink : struct, IControlSink
    {
        if (_frames.Type == FrameType.Settings)
        {
            Http3Error error = Settings.Read(payload, out Settings settings);
            return error.IsError ? error : sink.OnSettings(settings);
        }
        VarInt integer = default;
        bool isPriority = _frames.Type is FrameType.PriorityUpdateRequest or FrameType.PriorityUpdatePush;

        //= https://www.rfc-editor.org/rfc/rfc9114#section-7.1
        //# A frame payload that contains additional bytes after the identified fields or a frame payload that terminates before the end of the identified fields MUST be treated as a connection error of type H3_FRAME_ERROR.
        if (!integer.TryRead(ref payload, out ulong id) || (!isPriority && !payload.IsEmpty))
        {
            return Http3Error.Connection(ErrorCode.FrameError, "A frame does not hold exactly its one integer.");
        }
        switch (_frames.Type)
        {
            case FrameType.GoAway:
                return OnGoAway(id, ref sink);
            case FrameType.MaxPushId:
                return OnMaxPushId(id, ref sink);
            case FrameType.CancelPush:
                return sink.OnCancelPush(id);
            default:
                return OnPriorityUpdate(id, payload, ref sink);
        }
    }

    private Http3Error OnGoAway<TSink>(ulong id, ref TSink sink)
        where TSink : struct, IControlSink
    {
        //= https://www.rfc-editor.org/rfc/rfc9114#section-5.2
        //# Receiving a GOAWAY containing a larger identifier than previously received MUST be treated as a connection error of type H3_ID_ERROR.
        if (id > _goAway)
        {
            return Http3Error.Connection(ErrorCode.IdError, "A GOAWAY takes back an earlier one.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.6
        //# A client MUST treat receipt of a GOAWAY frame containing a stream ID of any other type as a connection error of type H3_ID_ERROR.
        if (!_isServer && (id & 3) != 0)
        {
            return Http3Error.Connection(ErrorCode.IdError, "A GOAWAY names a stream that carries no request.");
        }
        _goAway = id;
        sink.OnGoAway(id);
        return default;
    }

    private Http3Error OnMaxPushId<TSink>(ulong id, ref TSink sink)
        where TSink : struct, IControlSink
    {
        //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.7
        //# receipt of a MAX_PUSH_ID frame that contains a smaller value than previously received MUST be treated as a connection error of type H3_ID_ERROR.
        if (id < _maxPushId)
        {
            return Http3Error.Connection(ErrorCode.IdError, "A MAX_PUSH_ID takes back an earlier one.");
        }
        Glitches++;
        _maxPushId = id;
        sink.OnMaxPushId(id);
        return default;
    }

    private Http3Error OnPriorityUpdate<TSink>(ulong id, ReadOnlySpan<byte> value, ref TSink sink)
        where TSink : struct, IControlSink
    {
        bool isPush = _frames.Type == FrameType.PriorityUpdatePush;

        //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
        //# If a server receives a PRIORITY_UPDATE (type=0xF0700) for a stream ID that is not a request stream, this MUST be treated as a connection error of type H3_ID_ERROR.
        if (!isPush && (id & 3) != 0)
        {
            return Http3Error.Connection(ErrorCode.IdError, "A PRIORITY_UPDATE names a stream that carries no request.");
        }
        return sink.OnPriorityUpdate(isPush, id, value);
    }
}
