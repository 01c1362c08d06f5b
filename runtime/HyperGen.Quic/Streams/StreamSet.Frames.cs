using HyperGen.Quic.Frames;
using HyperGen.Quic.Recovery;

namespace HyperGen.Quic.Streams;

/// <summary>What frames do to streams, and which frames streams want to send.</summary>
internal sealed partial class StreamSet
{
    /// <summary>A STREAM frame that would carry fewer bytes than this is left for the next packet, unless they are the last ones.</summary>
    private const int MinUsefulData = 32;

    public bool HasControl =>
        _maxDataPending || _window.ShouldAdvertise || _incomingBidi.WantsLimit || _incomingUni.WantsLimit || !_control.IsEmpty
        || _blockedPending || _outgoingBidi.BlockedPending || _outgoingUni.BlockedPending;

    public bool HasData => _sending.Any;

    public TransportError OnStreamFrame(in StreamFrame frame, bool isEarly)
    {
        var error = Find(frame.Id, FrameType.Stream, concernsReceiving: true, out var stream);
        if (stream is null) _glitches++;
        if (error.IsError || stream is null) return error;
        if (!frame.Fin && frame.Offset + frame.Data.Length <= stream.Receiving.Buffer.ContiguousEnd) _glitches++;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
        //# A server SHOULD treat a violation of remembered limits (Section 7.4.1) as a
        //# connection error of an appropriate type (for instance, a FLOW_CONTROL_ERROR
        //# for exceeding stream data limits).
        stream.IsEarly |= isEarly;
        var before = stream.Receiving.State;
        error = stream.Receiving.OnStreamFrame(frame, out var growth);
        if (error.IsError) return error;
        error = OnReceived(stream, growth, FrameType.Stream);
        if (error.IsError) return error;
        if (stream.Receiving.Buffer.HasData || (stream.Receiving.State != before && stream.IsReadToEnd)) _events.AddReadable(stream);
        TryRetire(stream);
        return TransportError.None;
    }

    public TransportError OnResetStream(in ResetStreamFrame frame)
    {
        var error = Find(frame.Id, FrameType.ResetStream, concernsReceiving: true, out var stream);
        if (error.IsError || stream is null) return error;
        error = stream.Receiving.OnResetStream(frame, out var growth);
        if (error.IsError) return error;
        error = OnReceived(stream, growth, FrameType.ResetStream);
        if (error.IsError) return error;
        if (stream.Receiving.State == ReceiveState.ResetRecvd)
        {
            stream.Receiving.OnRead();
            if (!stream.IsReleased) _events.Add(ConnectionEventKind.StreamReset, stream, frame.ErrorCode);
        }

        TryRetire(stream);
        return TransportError.None;
    }

    public TransportError OnStopSending(in StreamValueFrame frame)
    {
        var error = Find(frame.Id, FrameType.StopSending, concernsReceiving: false, out var stream);
        if (error.IsError || stream is null) return error;
        if (stream.Sending.IsReset || stream.Sending.IsTerminal) return TransportError.None;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-3.5
        //# An endpoint that receives a STOP_SENDING frame MUST send a RESET_STREAM
        //# frame if the stream is in the "Ready" or "Send" state.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-3.5
        //# If any outstanding data is declared lost, the endpoint SHOULD send a
        //# RESET_STREAM frame instead of retransmitting the data.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-3.5
        //# An endpoint SHOULD copy the error code from the STOP_SENDING frame to the
        //# RESET_STREAM frame it sends
        stream.Sending.Reset(frame.Value);
        OnReset(stream);
        if (!stream.IsReleased) _events.Add(ConnectionEventKind.StreamStopSending, stream, frame.Value);
        return TransportError.None;
    }

    public TransportError OnMaxStreamData(in StreamValueFrame frame)
    {
        var error = Find(frame.Id, FrameType.MaxStreamData, concernsReceiving: false, out var stream);
        if (error.IsError || stream is null) return error;
        if (frame.Value <= stream.Sending.MaxData) _glitches++;
        stream.Sending.OnMaxStreamData(frame.Value);
        Schedule(stream);
        return TransportError.None;
    }

    public TransportError OnStreamDataBlocked(in StreamValueFrame frame) =>
        Find(frame.Id, FrameType.StreamDataBlocked, concernsReceiving: true, out _);

    public void OnMaxData(long limit)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
        //# A sender MUST ignore any MAX_STREAM_DATA or MAX_DATA frames that do not
        //# increase flow control limits.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
        //# A receiver MUST accept packets containing an outdated frame, such as a MAX_DATA
        //# frame carrying a smaller maximum data value than one found in an older packet.
        if (limit <= _maxData)
        {
            _glitches++;
            return;
        }

        _maxData = limit;
        _blockedPending = false;
        while (_awaitingCredit.Head is { } stream)
        {
            _awaitingCredit.Remove(stream);
            Schedule(stream);
        }
    }

    public void OnMaxStreams(bool unidirectional, long limit)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
        //# MAX_STREAMS frames that do not
        //# increase the stream limit MUST be ignored.
        ref var outgoing = ref Outgoing(unidirectional);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.11
        //# MAX_STREAMS frames that do not increase the stream limit MUST be ignored.
        if (limit <= outgoing.Limit)
        {
            _glitches++;
            return;
        }

        var wasExceeded = outgoing.Opened > outgoing.Limit;
        outgoing.Limit = limit;
        if (wasExceeded)
        {
            foreach (var stream in _open)
            {
                Schedule(stream);
                _control.Enqueue(stream);
            }
        }

        if (!outgoing.Blocked) return;
        outgoing.Blocked = outgoing.BlockedPending = false;
        _events.Add(ConnectionEventKind.StreamsAvailable);
    }

    public void WriteControl(ref PacketBuilder builder, Timestamp now, TimeSpan rtt)
    {
        if (_maxDataPending || _window.ShouldAdvertise)
        {
            if (!builder.HasRoom(ValueFrame.MaxLength)) return;
            _maxDataPending = false;
            builder.TryWrite(new(FrameType.MaxData, _window.Advertise(now, rtt, LargestWindow(rtt))));
        }

        if (!TryWriteMaxStreams(ref builder, ref _incomingBidi, FrameType.MaxStreamsBidi)) return;
        if (!TryWriteMaxStreams(ref builder, ref _incomingUni, FrameType.MaxStreamsUni)) return;
        if (!TryWriteBlocked(ref builder, ref _blockedPending, FrameType.DataBlocked, _maxData)) return;
        if (!TryWriteBlocked(ref builder, ref _outgoingBidi.BlockedPending, FrameType.StreamsBlockedBidi, _outgoingBidi.Limit)) return;
        if (!TryWriteBlocked(ref builder, ref _outgoingUni.BlockedPending, FrameType.StreamsBlockedUni, _outgoingUni.Limit)) return;
        while (_control.Head is { } stream)
        {
            if (!builder.HasRoom(ResetStreamFrame.MaxLength + (3 * StreamValueFrame.MaxLength))) return;
            _control.Remove(stream);
            if (!IsBeyondLimit(stream)) WriteControl(ref builder, stream, now, rtt);
        }
    }

    /// <summary>Fills the packet with STREAM frames: the most urgent streams first, incremental ones in turn, others one after another.</summary>
    public void WriteData(ref PacketBuilder builder)
    {
        while (_sending.Next() is { Head: { } stream } queue)
        {
            if (!TryWriteStream(ref builder, queue, stream)) return;
        }
    }

    public void OnFrameAcked(in SentFrame frame)
    {
        var stream = frame.Stream!;
        if (!stream.BelongsTo(this, frame.Id)) return;
        switch (frame.Type)
        {
            case FrameType.Stream:
                stream.Sending.OnFrameAcked(frame.Value, frame.Length, frame.Fin);
                break;
            case FrameType.ResetStream:
                stream.Sending.OnResetAcked();
                break;
            default:
                return;
        }

        if (stream.Sending.IsTerminal && !stream.IsReleased) _events.Add(ConnectionEventKind.StreamFinished, stream);
        Recharge(stream);
        if (stream.Sending.Buffer.Buffered <= SendBufferLimit / 2 && _buffered < ConnectionSendBuffers * SendBufferLimit) _events.AddWritable(stream);
        TryRetire(stream);
    }

    public void OnFrameLost(in SentFrame frame)
    {
        switch (frame.Type)
        {
            case FrameType.MaxData:
                _maxDataPending = true;
                return;
            case FrameType.MaxStreamsBidi:
                _incomingBidi.LimitPending = true;
                return;
            case FrameType.MaxStreamsUni:
                _incomingUni.LimitPending = true;
                return;

            // Blocked signals matter only while the limit they name is still what blocks us.
            case FrameType.DataBlocked:
                _blockedPending |= frame.Value == _maxData && !_awaitingCredit.IsEmpty;
                return;
            case FrameType.StreamsBlockedBidi:
                _outgoingBidi.BlockedPending |= _outgoingBidi.Blocked && frame.Value == _outgoingBidi.Limit;
                return;
            case FrameType.StreamsBlockedUni:
                _outgoingUni.BlockedPending |= _outgoingUni.Blocked && frame.Value == _outgoingUni.Limit;
                return;
        }

        if (frame.Stream is not { } stream || !stream.BelongsTo(this, frame.Id)) return;
        switch (frame.Type)
        {
            case FrameType.Stream:
                stream.Sending.OnFrameLost(frame.Value, frame.Length, frame.Fin);
                Schedule(stream);
                return;
            case FrameType.ResetStream:
                stream.Sending.OnResetLost();
                break;
            case FrameType.StopSending:
                stream.Receiving.StopPending = stream.Receiving.State == ReceiveState.Recv;
                break;
            case FrameType.MaxStreamData:
                stream.Receiving.LimitPending = true;
                break;
            case FrameType.StreamDataBlocked:
                stream.Sending.BlockedPending = stream.Sending.IsBlockedAt(frame.Value);
                break;
        }

        _control.Enqueue(stream);
    }

    private static bool TryWriteMaxStreams(ref PacketBuilder builder, ref IncomingStreams incoming, FrameType type)
    {
        if (!incoming.WantsLimit) return true;
        return builder.HasRoom(ValueFrame.MaxLength) && builder.TryWrite(new(type, incoming.AdvertiseLimit()));
    }

    private void WriteControl(ref PacketBuilder builder, QuicStream stream, Timestamp now, TimeSpan rtt)
    {
        if (stream.CanSend && stream.Sending.ResetPending)
        {
            stream.Sending.ResetPending = false;
            new ResetStreamFrame(stream.Id, stream.Sending.ResetCode, stream.Sending.Buffer.SentOffset).Write(ref builder.Writer);
            builder.Record(new() { Type = FrameType.ResetStream, Id = stream.Id, Stream = stream });
        }

        if (stream.CanSend && stream.Sending.BlockedPending)
        {
            stream.Sending.BlockedPending = false;
            new StreamValueFrame(FrameType.StreamDataBlocked, stream.Id, stream.Sending.MaxData).Write(ref builder.Writer);
            builder.Record(new() { Type = FrameType.StreamDataBlocked, Id = stream.Id, Stream = stream, Value = stream.Sending.MaxData });
        }

        if (!stream.CanReceive) return;
        if (stream.Receiving.StopPending)
        {
            stream.Receiving.StopPending = false;
            new StreamValueFrame(FrameType.StopSending, stream.Id, stream.Receiving.StopCode).Write(ref builder.Writer);
            builder.Record(new() { Type = FrameType.StopSending, Id = stream.Id, Stream = stream });
        }

        if (stream.Receiving.WantsLimit)
        {
            var limit = stream.Receiving.AdvertiseLimit(now, rtt, LargestStreamWindow(rtt));
            new StreamValueFrame(FrameType.MaxStreamData, stream.Id, limit).Write(ref builder.Writer);
            builder.Record(new() { Type = FrameType.MaxStreamData, Id = stream.Id, Stream = stream });

            // One stream alone must be able to use its window: the connection's is half as large again (quic-go's ratio).
            if (!_pages.IsUnderPressure) _window.GrowTo(Math.Min(stream.Receiving.WindowSize * 3 / 2, _limits.LongPathConnectionWindow));
        }
    }

    private static bool TryWriteBlocked(ref PacketBuilder builder, ref bool pending, FrameType type, long limit)
    {
        if (!pending) return true;
        if (!builder.TryWrite(new(type, limit))) return false;
        pending = false;
        return true;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
    //# A sender SHOULD send a
    //# STREAM_DATA_BLOCKED or DATA_BLOCKED frame to indicate to the receiver that it has
    //# data to write but is blocked by flow control limits.
    private void NoteBlocked(QuicStream stream)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.13
        //# A sender SHOULD send a STREAM_DATA_BLOCKED frame (type=0x15) when it wishes to
        //# send data but is unable to do so due to stream-level flow control.
        if (!stream.CanSend || !stream.Sending.TryNoteBlocked()) return;
        _control.Enqueue(stream);
    }

    /// <summary>Gives one stream its turn; false when the packet is full.</summary>
    private bool TryWriteStream(ref PacketBuilder builder, StreamQueue queue, QuicStream stream)
    {
        var sending = stream.Sending;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.9
        //# The sum of the final sizes on all streams -- including streams in terminal
        //# states -- MUST NOT exceed the value advertised by a receiver.
        var credit = _maxData - _sent;
        if (!sending.HasPending)
        {
            queue.Remove(stream);
            return true;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.12
        //# A sender SHOULD send a DATA_BLOCKED frame (type=0x14) when it wishes to send
        //# data but is unable to do so due to connection-level flow control
        if (credit == 0 && !sending.HasPendingWithoutCredit)
        {
            queue.Remove(stream);
            _awaitingCredit.Enqueue(stream);
            _blockedPending |= _blockedAt != _maxData;
            _blockedAt = _maxData;
            return true;
        }

        // The widest header this frame can have: the length is at most that of a datagram.
        var header = StreamFrame.HeaderLength(stream.Id, sending.Buffer.WrittenOffset, builder.Remaining);
        var room = builder.Remaining - header;
        var isNext = sending.TryNext(Math.Max(room, 0), credit, out var offset, out var length, out var fin);
        if (room < 0 || (length < MinUsefulData && length == room && !fin))
        {
            builder.IsFull = true;
            return false;
        }

        if (!isNext)
        {
            queue.Remove(stream);
            return true;
        }

        var isNew = offset == sending.Buffer.SentOffset;
        StreamFrame.WriteHeader(ref builder.Writer, stream.Id, offset, length, fin);
        if (!sending.Buffer.TryGetImmutable(offset, length, out var immutable) || !builder.TryRefer(immutable))
        {
            sending.Buffer.CopyTo(offset, builder.Writer.Free[..length]);
            builder.Writer.Advance(length);
        }

        builder.Record(new() { Type = FrameType.Stream, Id = stream.Id, Stream = stream, Value = offset, Length = length, Fin = fin });
        sending.OnFrameSent(offset, length, fin);
        if (isNew) _sent += length;
        _sending.OnServed(stream);
        NoteBlocked(stream);

        if (!sending.HasPending) queue.Remove(stream);
        else if (stream.Incremental) queue.MoveToEnd(stream);
        return true;
    }

    private TransportError OnReceived(QuicStream stream, long growth, FrameType type)
    {
        _received += growth;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
        //# A receiver MUST close the connection with an error of type
        //# FLOW_CONTROL_ERROR if the sender violates the advertised connection or
        //# stream data limits
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.9
        //# An endpoint MUST terminate a connection with an error of type
        //# FLOW_CONTROL_ERROR if it receives more data than the maximum data value that
        //# it has sent.
        if (_received > _window.Limit) return TransportError.Of(TransportErrorCode.FlowControlError, type, "The connection's limit was overrun.");
        _window.Consume(stream.Receiving.TakeCredit());
        return TransportError.None;
    }

    /// <summary>Finds the stream a frame is about, opening it and those before it if the peer may; null when it is closed already.</summary>
    private TransportError Find(StreamId id, FrameType type, bool concernsReceiving, out QuicStream? stream)
    {
        if (_open.TryFind(id, out stream))
        {
            if (concernsReceiving ? stream.CanReceive : stream.CanSend) return TransportError.None;
            stream = null;
            return TransportError.Of(TransportErrorCode.StreamStateError, type, "The stream has no such direction.");
        }

        var ours = id.Initiator == _role;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.4
        //# An endpoint that receives a RESET_STREAM frame for a send-only stream MUST
        //# terminate the connection with error STREAM_STATE_ERROR.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.5
        //# An endpoint that receives a STOP_SENDING frame for a receive-only stream MUST
        //# terminate the connection with error STREAM_STATE_ERROR.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
        //# An endpoint that receives a MAX_STREAM_DATA frame for a receive-only stream
        //# MUST terminate the connection with error STREAM_STATE_ERROR.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.13
        //# An endpoint that receives a STREAM_DATA_BLOCKED frame for a send-only stream
        //# MUST terminate the connection with error STREAM_STATE_ERROR.
        if (id.IsUnidirectional && ours == concernsReceiving)
        {
            return TransportError.Of(TransportErrorCode.StreamStateError, type, "The stream has no such direction.");
        }

        if (ours)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-19.8
            //# An endpoint MUST terminate the connection with error STREAM_STATE_ERROR
            //# if it receives a STREAM frame for a locally initiated stream that has
            //# not yet been created
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-4.5
            //= type=exception
            //= reason=the final size is forgotten with the stream, when both directions are over and the application released it, as the section allows: remembering it would cost memory for every stream there ever was
            //# A receiver SHOULD treat receipt of data at or beyond the final size as an
            //# error of type FINAL_SIZE_ERROR, even after a stream is closed.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-19.5
            //# Receiving a STOP_SENDING frame for a locally initiated stream that has not yet
            //# been created MUST be treated as a connection error of type STREAM_STATE_ERROR.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
            //# Receiving a MAX_STREAM_DATA frame for a locally initiated stream that has not
            //# yet been created MUST be treated as a connection error of type
            //# STREAM_STATE_ERROR.
            return id.Sequence < Outgoing(id.IsUnidirectional).Opened
                ? TransportError.None
                : TransportError.Of(TransportErrorCode.StreamStateError, type, "The stream was never opened.");
        }

        ref var incoming = ref Incoming(id.IsUnidirectional);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
        //# An endpoint that
        //# receives a frame with a stream ID exceeding the limit it has sent MUST treat
        //# this as a connection error of type STREAM_LIMIT_ERROR
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.11
        //# An endpoint MUST terminate a connection with an error of type
        //# STREAM_LIMIT_ERROR if a peer opens more streams than was permitted.
        if (id.Sequence >= incoming.Limit) return TransportError.Of(TransportErrorCode.StreamLimitError, type, "The stream limit was exceeded.");

        //= https://www.rfc-editor.org/rfc/rfc9000#section-3.2
        //# Before a stream is created, all streams of the same type with lower-numbered
        //# stream IDs MUST be created.
        while (incoming.Opened <= id.Sequence)
        {
            stream = Create(new(id.Initiator, id.IsUnidirectional, incoming.Opened++));
            _events.Add(ConnectionEventKind.StreamOpened, stream);
        }

        return TransportError.None;
    }
}
