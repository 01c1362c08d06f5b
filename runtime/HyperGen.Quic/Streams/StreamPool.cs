namespace HyperGen.Quic.Streams;

/// <summary>Closed streams of one endpoint, waiting to be opened again as others.</summary>
internal sealed class StreamPool
{
    /// <summary>A stream object and its buffers' bookkeeping come to half a KiB: of each kind at most 8 MiB of them are kept.</summary>
    private const int MaxIdle = 16 * 1024;

    private readonly Stack<QuicStream> _both = new();
    private readonly Stack<QuicStream> _sending = new();
    private readonly Stack<QuicStream> _receiving = new();

    /// <summary>Streams rented and not returned: zero once every connection is gone.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Rents a stream that can send, receive, or both.</summary>
    public QuicStream Rent(bool canSend, bool canReceive)
    {
        Outstanding++;
        return IdleOf(canSend, canReceive).TryPop(out var stream) ? stream : new(canSend, canReceive);
    }

    public void Return(QuicStream stream)
    {
        Outstanding--;
        stream.Close();
        var idle = IdleOf(stream.CanSend, stream.CanReceive);
        if (idle.Count < MaxIdle) idle.Push(stream);
    }

    private Stack<QuicStream> IdleOf(bool canSend, bool canReceive) => !canReceive ? _sending : canSend ? _both : _receiving;
}
