namespace HyperGen.Quic.Simulation;

/// <summary>One end of a <see cref="Plan" />: opens its streams, answers the peer's, and checks every byte, every end, and every error code.</summary>
internal sealed class Traffic(Plan plan, Role role) : Node.IApplication
{
    private const int SlowBytes = 2000;
    private const int MaxDatagram = 1200;

    private readonly Queue<(QuicStream Stream, StreamId Id)> _unread = new();
    private Timestamp _wake = Timestamp.Never;
    private int _openedBidi;
    private int _openedUni;
    private int _active;

    public Timestamp NextWake => _wake;

    /// <summary>Streams, of both ends, that ended as planned.</summary>
    public int Completed { get; private set; }

    public int Aborted { get; private set; }

    public bool IsComplete => Completed == plan.Total;

    public CloseReason Closed { get; private set; }

    /// <summary>DATAGRAM frames that arrived, each with the bytes it left with.</summary>
    public int Datagrams { get; private set; }

    public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
    {
        var stream = connectionEvent.Stream;
        switch (connectionEvent.Kind)
        {
            case ConnectionEventKind.HandshakeCompleted or ConnectionEventKind.StreamsAvailable:
                Open(connection);
                break;
            case ConnectionEventKind.StreamOpened:
                stream!.State = new Progress();
                if (plan[stream.Id] is { Abort: Abort.ByResponder, AbortAt: 0 } planned) Give(connection, stream, planned.ErrorCode);
                else if (stream.CanSend) Write(connection, stream);
                break;
            case ConnectionEventKind.StreamWritable:
                Write(connection, stream!);
                break;
            case ConnectionEventKind.StreamReadable when plan.ReadInterval > TimeSpan.Zero:
                _unread.Enqueue((stream!, stream!.Id));
                if (_wake.IsNever) _wake = now + plan.ReadInterval;
                break;
            case ConnectionEventKind.StreamReadable:
                Read(connection, stream!, int.MaxValue);
                break;
            case ConnectionEventKind.StreamReset or ConnectionEventKind.StreamStopSending:
                Assert.NotEqual(Abort.None, plan[stream!.Id].Abort);
                Assert.Equal(plan[stream.Id].ErrorCode, connectionEvent.ErrorCode);
                Give(connection, stream, connectionEvent.ErrorCode);
                break;
            case ConnectionEventKind.StreamFinished when !stream!.CanReceive:
                Complete(connection, stream);
                break;
            case ConnectionEventKind.DatagramReceived:
                Span<byte> datagram = stackalloc byte[MaxDatagram];
                while (connection.TryReceiveDatagram(datagram, out var length))
                {
                    Assert.Equal(Plan.BytesAt(default, role == Role.Server, length, length), datagram[..length]);
                    Datagrams++;
                }

                break;
            case ConnectionEventKind.Closed:
                Closed = connection.CloseReason;
                _unread.Clear();
                _wake = Timestamp.Never;
                break;
        }
    }

    /// <summary>Sends one datagram, of a length that tells its bytes.</summary>
    public void SendDatagram(Connection connection, int length) =>
        connection.TrySendDatagram(Plan.BytesAt(default, role == Role.Client, length, Math.Min(length, connection.MaxDatagramLength)), out _);

    public void OnWake(Connection connection, Timestamp now)
    {
        for (var count = _unread.Count; count > 0; count--)
        {
            var (stream, id) = _unread.Dequeue();
            if (stream.IsReleased || stream.Id != id) continue;
            Read(connection, stream, SlowBytes);
            if (!stream.IsReleased && stream.Id == id && !stream.Peek().IsEmpty) _unread.Enqueue((stream, id));
        }

        _wake = _unread.Count > 0 ? now + plan.ReadInterval : Timestamp.Never;
    }

    private void Open(Connection connection)
    {
        while (_active < plan.Concurrency && (_openedBidi < plan.Bidirectional || _openedUni < plan.Unidirectional))
        {
            var unidirectional = _openedUni < plan.Unidirectional && (_openedBidi == plan.Bidirectional || (_openedUni + _openedBidi) % 3 == 0);
            if (connection.TryOpenStream(unidirectional) is not { } stream) return;
            if (unidirectional) _openedUni++;
            else _openedBidi++;
            _active++;
            stream.State = new Progress();
            Write(connection, stream);
        }
    }

    private void Write(Connection connection, QuicStream stream)
    {
        var progress = (Progress)stream.State!;
        var planned = plan[stream.Id];
        var isInitiator = stream.Id.Initiator == role;
        var aborts = isInitiator && planned.Abort == Abort.ByInitiator;
        var size = aborts ? planned.AbortAt : isInitiator ? planned.FromInitiator : planned.FromResponder;
        while (progress.Written < size && stream.WriteCapacity > 0)
        {
            var span = stream.GetSpan(size - progress.Written);
            var bytes = Plan.BytesAt(stream.Id, isInitiator, progress.Written, Math.Min(span.Length, size - progress.Written));
            bytes.CopyTo(span);
            progress.Written += bytes.Length;
            stream.Advance(bytes.Length);
        }

        if (progress.Written < size) return;
        if (aborts)
        {
            Give(connection, stream, planned.ErrorCode);
            return;
        }

        stream.Finish();
        progress.IsFinished = true;
        CompleteIfDone(connection, stream, progress);
    }

    private void Read(Connection connection, QuicStream stream, int limit)
    {
        var progress = (Progress)stream.State!;
        var planned = plan[stream.Id];
        var isInitiator = stream.Id.Initiator == role;
        while (limit > 0 && stream.Peek() is { IsEmpty: false } bytes)
        {
            var expected = Plan.BytesAt(stream.Id, !isInitiator, progress.Read, Math.Min(bytes.Length, limit));
            if (!bytes[..expected.Length].SequenceEqual(expected)) Assert.Fail($"stream {stream.Id.Value} differs at {progress.Read} or after");
            progress.Read += expected.Length;
            limit -= expected.Length;
            stream.Consume(expected.Length);
        }

        if (!isInitiator && planned.Abort == Abort.ByResponder && progress.Read >= planned.AbortAt)
        {
            Give(connection, stream, planned.ErrorCode);
            return;
        }

        if (stream.ReceiveState is not (ReceiveState.DataRead or ReceiveState.DataRecvd) || !stream.Peek().IsEmpty) return;
        Assert.Equal(isInitiator ? planned.FromResponder : planned.FromInitiator, progress.Read);
        progress.IsRead = true;
        CompleteIfDone(connection, stream, progress);
    }

    private void CompleteIfDone(Connection connection, QuicStream stream, Progress progress)
    {
        // Of a stream that only we send on, the end is known when it is acknowledged.
        if ((!stream.CanSend || progress.IsFinished) && progress.IsRead) Complete(connection, stream);
    }

    private void Give(Connection connection, QuicStream stream, long errorCode)
    {
        Aborted++;
        Complete(connection, stream, errorCode);
    }

    private void Complete(Connection connection, QuicStream stream, long errorCode = 0)
    {
        Completed++;
        var ours = stream.Id.Initiator == role;
        stream.Release(errorCode);
        if (!ours) return;
        _active--;
        Open(connection);
    }

    private sealed class Progress
    {
        public int Written;
        public int Read;
        public bool IsFinished;
        public bool IsRead;
    }
}
