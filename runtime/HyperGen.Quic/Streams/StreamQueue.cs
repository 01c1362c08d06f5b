namespace HyperGen.Quic.Streams;

/// <summary>
/// Streams that wait for their turn: a list threaded through the streams themselves, so that joining and leaving allocate nothing. A stream can be in one
/// send queue and in the control queue at a time.
/// </summary>
internal sealed class StreamQueue(StreamQueue.Kind kind)
{
    public const byte MaxUrgency = 7;
    public const byte DefaultUrgency = 3;

    private QuicStream? _head;
    private QuicStream? _tail;

    public enum Kind : byte
    {
        Send,
        Control,
    }

    public bool IsEmpty => _head is null;

    public QuicStream? Head => _head;

    public bool Contains(QuicStream stream) => LinkOf(stream).Queue == this;

    /// <summary>Puts a stream at the end unless it waits in some queue of this kind already.</summary>
    public void Enqueue(QuicStream stream)
    {
        ref var link = ref LinkOf(stream);
        if (link.Queue is not null) return;
        link.Queue = this;
        link.Previous = _tail;
        if (_tail is null) _head = stream;
        else LinkOf(_tail).Next = stream;
        _tail = stream;
    }

    /// <summary>Puts a stream among those with lower and higher IDs, unless it waits in some queue of this kind already.</summary>
    public void EnqueueInOrder(QuicStream stream)
    {
        ref var link = ref LinkOf(stream);
        if (link.Queue is not null) return;

        // The newest streams come last, nearly always.
        var before = _tail;
        while (before is not null && before.Id.Value > stream.Id.Value) before = LinkOf(before).Previous;
        link.Queue = this;
        link.Previous = before;
        link.Next = before is null ? _head : LinkOf(before).Next;
        if (link.Next is null) _tail = stream;
        else LinkOf(link.Next).Previous = stream;
        if (before is null) _head = stream;
        else LinkOf(before).Next = stream;
    }

    /// <summary>Takes a stream out of whichever queue of this kind it waits in.</summary>
    public void Remove(QuicStream stream)
    {
        ref var link = ref LinkOf(stream);
        link.Queue?.Unlink(stream);
    }

    public void MoveToEnd(QuicStream stream)
    {
        if (_tail == stream) return;
        Unlink(stream);
        Enqueue(stream);
    }

    private void Unlink(QuicStream stream)
    {
        ref var link = ref LinkOf(stream);
        if (link.Previous is null) _head = link.Next;
        else LinkOf(link.Previous).Next = link.Next;
        if (link.Next is null) _tail = link.Previous;
        else LinkOf(link.Next).Previous = link.Previous;
        link = default;
    }

    private ref Link LinkOf(QuicStream stream)
    {
        if (kind == Kind.Send) return ref stream.SendLink;
        return ref stream.ControlLink;
    }

    public struct Link
    {
        public StreamQueue? Queue;
        public QuicStream? Previous;
        public QuicStream? Next;
    }
}
