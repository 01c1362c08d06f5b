using HyperGen.Quic.Frames;

namespace HyperGen.Quic.Streams;

/// <summary>The receiving part of a stream: RFC 9000 section 3.2, with the stream's own flow control.</summary>
internal sealed class ReceivingPart
{
    private const long Unknown = -1;

    /// <summary>What came.</summary>
    public ReceiveBuffer Buffer;
    private ReceiveWindow _window;
    private long _finalSize;
    private long _credited;

    public ReceiveState State { get; private set; }

    /// <summary>The end of the highest byte received: what the connection's window is charged.</summary>
    public long HighestOffset { get; private set; }

    public long ResetCode { get; private set; }

    /// <summary>The reader wants no more: what arrives is counted and dropped.</summary>
    public bool IsStopped { get; private set; }

    public long StopCode { get; private set; }

    /// <summary>STOP_SENDING has to be sent, or sent again.</summary>
    public bool StopPending { get; set; }

    /// <summary>MAX_STREAM_DATA has to be sent again because it was lost.</summary>
    public bool LimitPending { get; set; }

    /// <summary>How far the peer may be ahead of the reader.</summary>
    public long WindowSize => _window.Size;

    public bool IsTerminal => State is ReceiveState.DataRead or ReceiveState.ResetRead;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
    //# An endpoint SHOULD stop sending MAX_STREAM_DATA frames when the receiving part of
    //# the stream enters a "Size Known" or "Reset Recvd" state.

    /// <summary>Whether new credit would help the peer and enough was consumed to be worth a frame.</summary>
    public bool WantsLimit => State == ReceiveState.Recv && !IsStopped && (LimitPending || _window.ShouldAdvertise);

    public void Open(PagePool pool, long window)
    {
        Buffer.Open(pool);
        Buffer.Reset();
        _window = new(window);
        _finalSize = Unknown;
        HighestOffset = _credited = 0;
        State = ReceiveState.Recv;
        IsStopped = StopPending = LimitPending = false;
    }

    /// <summary>Takes a STREAM frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="growth">How many bytes it added to <see cref="HighestOffset" />.</param>
    public TransportError OnStreamFrame(in StreamFrame frame, out long growth)
    {
        growth = 0;
        var end = frame.Offset + frame.Data.Length;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.5
        //# Once a final size for a stream is known, it cannot change.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.5
        //# If a RESET_STREAM or STREAM frame is received indicating a change in the
        //# final size for the stream, an endpoint SHOULD respond with an error of type
        //# FINAL_SIZE_ERROR
        if (_finalSize != Unknown ? end > _finalSize || (frame.Fin && end != _finalSize) : frame.Fin && end < HighestOffset)
        {
            return TransportError.Of(TransportErrorCode.FinalSizeError, FrameType.Stream, "The final size of the stream changed.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
        //# A receiver MUST close the connection with an error of type
        //# FLOW_CONTROL_ERROR if the sender violates the advertised connection or
        //# stream data limits
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
        //# An endpoint MUST terminate a connection with an error of type
        //# FLOW_CONTROL_ERROR if it receives more data than the largest maximum stream
        //# data that it has sent for the affected stream.
        if (end > _window.Limit) return TransportError.Of(TransportErrorCode.FlowControlError, FrameType.Stream, "The stream's limit was overrun.");

        growth = Math.Max(0, end - HighestOffset);
        HighestOffset += growth;
        if (State is not (ReceiveState.Recv or ReceiveState.SizeKnown)) return TransportError.None;
        if (frame.Fin)
        {
            _finalSize = end;
            State = ReceiveState.SizeKnown;
        }

        if (IsStopped)
        {
            if (State == ReceiveState.SizeKnown) State = ReceiveState.DataRead;
            return TransportError.None;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-21.7
        //# QUIC deployments SHOULD provide mitigations for stream fragmentation attacks.
        if (!Buffer.TryInsert(frame.Offset, frame.Data))
        {
            return TransportError.Of(TransportErrorCode.InternalError, FrameType.Stream, "The stream has more than 1000 holes.");
        }

        if (State == ReceiveState.SizeKnown && Buffer.ContiguousEnd == _finalSize)
        {
            // The end may come alone, when all before it has been read.
            State = Buffer.ReadOffset == _finalSize ? ReceiveState.DataRead : ReceiveState.DataRecvd;
        }

        return TransportError.None;
    }

    public TransportError OnResetStream(in ResetStreamFrame frame, out long growth)
    {
        growth = 0;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.5
        //# If a RESET_STREAM or STREAM frame is received indicating a change in the
        //# final size for the stream, an endpoint SHOULD respond with an error of type
        //# FINAL_SIZE_ERROR
        if (_finalSize != Unknown ? frame.FinalSize != _finalSize : frame.FinalSize < HighestOffset)
        {
            return TransportError.Of(TransportErrorCode.FinalSizeError, FrameType.ResetStream, "The final size of the stream changed.");
        }

        if (frame.FinalSize > _window.Limit)
        {
            return TransportError.Of(TransportErrorCode.FlowControlError, FrameType.ResetStream, "The stream's limit was overrun.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.5
        //# The receiver MUST use the final size of the stream to account for all bytes
        //# sent on the stream in its connection-level flow controller.
        growth = frame.FinalSize - HighestOffset;
        HighestOffset = frame.FinalSize;
        _finalSize = frame.FinalSize;

        // A reset that comes after all data is of no use to anyone ("Data Recvd" may stay as it is).
        if (State is not (ReceiveState.Recv or ReceiveState.SizeKnown)) return TransportError.None;
        State = IsStopped ? ReceiveState.ResetRead : ReceiveState.ResetRecvd;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-3.5
        //# STOP_SENDING SHOULD only be sent for a stream that has not been reset by the
        //# peer.
        StopPending = false;
        ResetCode = frame.ErrorCode;
        Buffer.Reset();
        return TransportError.None;
    }

    /// <summary>The reader took <paramref name="count" /> bytes.</summary>
    public void Consume(int count)
    {
        Buffer.Consume(count);
        _window.Consume(count);
        if (State == ReceiveState.DataRecvd && Buffer.ReadOffset == _finalSize) State = ReceiveState.DataRead;
    }

    /// <summary>
    /// How many more bytes the connection's window may count as consumed: those read, or all once nobody will read the rest.
    /// </summary>
    public long TakeCredit()
    {
        var settled = IsStopped || State is ReceiveState.DataRead or ReceiveState.ResetRecvd or ReceiveState.ResetRead ? HighestOffset : Buffer.ReadOffset;
        var credit = settled - _credited;
        _credited = settled;
        return credit;
    }

    /// <summary>The reader learned that an empty rest is the end, or that the stream was reset.</summary>
    public void OnRead()
    {
        if (State == ReceiveState.ResetRecvd) State = ReceiveState.ResetRead;
        if (State == ReceiveState.DataRecvd && Buffer.ReadOffset == _finalSize) State = ReceiveState.DataRead;
    }

    /// <summary>The reader wants no more. What is buffered is dropped.</summary>
    public void Stop(long code)
    {
        if (IsStopped || IsTerminal) return;
        IsStopped = true;
        switch (State)
        {
            case ReceiveState.Recv:
                //= https://www.rfc-editor.org/rfc/rfc9000#section-3.5
                //# If the stream is in the "Recv" or "Size Known" state, the transport SHOULD
                //# signal this by sending a STOP_SENDING frame
                StopCode = code;
                StopPending = true;
                break;
            case ReceiveState.ResetRecvd:
                State = ReceiveState.ResetRead;
                break;
            default:
                //= https://www.rfc-editor.org/rfc/rfc9000#section-3.5
                //= type=exception
                //= reason=once the final size is known everything was sent, and nothing is owed to flow control: what may still be repeated costs less than asking
                //# If the stream is in the "Recv" or "Size Known" state, the transport SHOULD
                //# signal this by sending a STOP_SENDING frame
                State = ReceiveState.DataRead;
                break;
        }

        Buffer.Reset();
    }

    public long AdvertiseLimit(Timestamp now, TimeSpan rtt, long maximum)
    {
        LimitPending = false;
        return _window.Advertise(now, rtt, maximum);
    }
}
