using HyperGen.Quic;

namespace HyperGen.Testing;

/// <summary>
/// A client that sends <paramref name="count" /> streams of <paramref name="size" /> bytes through an <see cref="Echo" />, at most
/// <paramref name="concurrency" /> at a time, and checks every byte that comes back.
/// </summary>
internal sealed class Requests(int count, int size, int concurrency) : Node.IApplication
{
    private int _started;
    private int _active;

    public int Completed { get; private set; }

    public bool HandshakeCompleted { get; private set; }

    public CloseReason Closed { get; private set; }

    public int MigrationFailures { get; private set; }

    /// <summary>Stream IDs in the order in which they were answered.</summary>
    public List<long> Order { get; } = [];

    /// <summary>The byte at an offset of a stream: cheap, and different for neighbours of all kinds.</summary>
    public static byte ByteAt(StreamId id, long offset) => (byte)((id.Value * 31) + (offset * 7) + (offset >> 8));

    public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
    {
        switch (connectionEvent.Kind)
        {
            case ConnectionEventKind.HandshakeCompleted:
                HandshakeCompleted = true;
                Start(connection);
                break;
            case ConnectionEventKind.StreamsAvailable:
                Start(connection);
                break;
            case ConnectionEventKind.StreamWritable:
                Write(connectionEvent.Stream!);
                break;
            case ConnectionEventKind.StreamReadable:
                Read(connection, connectionEvent.Stream!);
                break;
            case ConnectionEventKind.StreamReset or ConnectionEventKind.StreamStopSending:
                Assert.Fail("The echo does not reset.");
                break;
            case ConnectionEventKind.MigrationFailed:
                MigrationFailures++;
                break;
            case ConnectionEventKind.Closed:
                Closed = connection.CloseReason;
                break;
        }
    }

    private void Start(Connection connection)
    {
        while (_started < count && _active < concurrency && connection.TryOpenStream() is { } stream)
        {
            _started++;
            _active++;
            stream.State = new Progress();
            Write(stream);
        }
    }

    private void Write(QuicStream stream)
    {
        var progress = (Progress)stream.State!;
        while (progress.Written < size && stream.WriteCapacity > 0)
        {
            var span = stream.GetSpan(size - progress.Written);
            var length = Math.Min(span.Length, size - progress.Written);
            for (var i = 0; i < length; i++) span[i] = ByteAt(stream.Id, progress.Written + i);
            progress.Written += length;
            stream.Advance(length);
        }

        if (progress.Written == size) stream.Finish();
    }

    private void Read(Connection connection, QuicStream stream)
    {
        var progress = (Progress)stream.State!;
        while (stream.Peek() is { IsEmpty: false } bytes)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                if (bytes[i] != ByteAt(stream.Id, progress.Read + i)) Assert.Fail($"stream {stream.Id.Value} differs at {progress.Read + i}");
            }

            progress.Read += bytes.Length;
            stream.Consume(bytes.Length);
        }

        if (stream.ReceiveState is not (ReceiveState.DataRead or ReceiveState.DataRecvd)) return;
        Assert.Equal(size, progress.Read);
        Completed++;
        Order.Add(stream.Id.Value);
        _active--;
        stream.Release();
        Start(connection);
    }

    private sealed class Progress
    {
        public int Written;
        public int Read;
    }
}
