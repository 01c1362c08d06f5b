namespace HyperGen.Quic.Streams;

/// <summary>Closed streams of one endpoint, waiting to be opened again as others.</summary>
internal sealed class StreamPool
{
    /// <summary>A stream object and its buffers' bookkeeping come to about 1 KiB: at most 16 MiB of them are kept.</summary>
    private const int MaxIdle = 16 * 1024;

    private readonly Stack<QuicStream> _idle = new();

    /// <summary>Streams rented and not returned: zero once every connection is gone.</summary>
    public int Outstanding { get; private set; }

    public QuicStream Rent()
    {
        Outstanding++;
        return _idle.TryPop(out var stream) ? stream : new();
    }

    public void Return(QuicStream stream)
    {
        Outstanding--;
        stream.Close();
        if (_idle.Count < MaxIdle) _idle.Push(stream);
    }
}
