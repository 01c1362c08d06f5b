using HyperGen.Quic.Streams;

namespace HyperGen.Quic;

/// <summary>Events waiting for the layer above, in the order in which they happened. Bounded by a few for each open stream, because none is queued twice.</summary>
internal sealed class EventQueue
{
    private Entry[] _ring = [];
    private int _head;
    private int _count;

    public bool IsEmpty => _count == 0;

    public void Add(ConnectionEventKind kind, QuicStream? stream = null, long errorCode = 0)
    {
        if (_count == _ring.Length) Grow();
        _ring[(_head + _count++) & (_ring.Length - 1)] = new(new(kind, stream, errorCode), stream?.Generation ?? 0);
    }

    public void AddReadable(QuicStream stream)
    {
        if (stream.IsReleased || (stream.PendingEvents & StreamEvents.Readable) != 0) return;
        stream.PendingEvents |= StreamEvents.Readable;
        Add(ConnectionEventKind.StreamReadable, stream);
    }

    public void AddWritable(QuicStream stream)
    {
        if ((stream.PendingEvents & StreamEvents.WantsWritable) == 0 || stream.IsReleased) return;
        stream.PendingEvents = (stream.PendingEvents & ~StreamEvents.WantsWritable) | StreamEvents.Writable;
        Add(ConnectionEventKind.StreamWritable, stream);
    }

    /// <summary>The next event. Those of streams that were released meanwhile are skipped: their object may be another stream by now, of another connection and with the same ID.</summary>
    public bool TryTake(out ConnectionEvent connectionEvent)
    {
        while (_count > 0)
        {
            ref var entry = ref _ring[_head];
            connectionEvent = entry.Event;
            var generation = entry.Generation;
            entry = default;
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
            if (connectionEvent.Stream is not { } stream) return true;
            if (stream.IsReleased || stream.Generation != generation) continue;
            if (connectionEvent.Kind == ConnectionEventKind.StreamReadable) stream.PendingEvents &= ~StreamEvents.Readable;
            if (connectionEvent.Kind == ConnectionEventKind.StreamWritable) stream.PendingEvents &= ~StreamEvents.Writable;
            return true;
        }

        connectionEvent = default;
        return false;
    }

    /// <summary>Gives up its room while nothing waits.</summary>
    public void Shrink()
    {
        if (!IsEmpty) return;
        _ring = [];
        _head = 0;
    }

    private void Grow()
    {
        var larger = new Entry[Math.Max(4, _count * 2)];
        for (var i = 0; i < _count; i++) larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        _ring = larger;
        _head = 0;
    }

    private readonly record struct Entry(ConnectionEvent Event, uint Generation);
}
