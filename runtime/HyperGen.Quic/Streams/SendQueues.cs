using System.Numerics;

namespace HyperGen.Quic.Streams;

/// <summary>
/// The streams that have something to send, by RFC 9218: of each urgency those that go one after another, in the order of their IDs, and those that take
/// turns. Where there are both, the two kinds take turns, so that neither starves the other. Queues are made when first needed: most connections need one.
/// </summary>
internal sealed class SendQueues
{
    private StreamQueue?[]? _queues;

    /// <summary>A bit for each queue that had something in it when it was last looked at.</summary>
    private uint _used;
    private bool _incrementalsTurn;

    /// <summary>Whether any stream waits.</summary>
    public bool Any
    {
        get
        {
            while (_used != 0)
            {
                var first = BitOperations.TrailingZeroCount(_used);
                if (!_queues![first]!.IsEmpty) return true;
                _used &= _used - 1;
            }

            return false;
        }
    }

    public void Enqueue(QuicStream stream)
    {
        //= https://www.rfc-editor.org/rfc/rfc9218#section-10
        //# It is RECOMMENDED that, when possible, servers respect the urgency parameter (Section 4.1), sending higher-urgency responses before lower-urgency responses.
        //
        //= https://www.rfc-editor.org/rfc/rfc9218#section-10
        //# It is RECOMMENDED that, when possible, servers respect the incremental parameter (Section 4.2).
        var index = (2 * stream.Urgency) + (stream.Incremental ? 1 : 0);
        _queues ??= new StreamQueue?[2 * (StreamQueue.MaxUrgency + 1)];
        var queue = _queues[index] ??= new(StreamQueue.Kind.Send);

        //= https://www.rfc-editor.org/rfc/rfc9218#section-10
        //# Incremental responses of the same urgency SHOULD be served by sharing bandwidth among them.
        //
        //= https://www.rfc-editor.org/rfc/rfc9218#section-10
        //# Non-incremental responses of the same urgency SHOULD be served by prioritizing bandwidth allocation in ascending order of the stream ID
        if (stream.Incremental) queue.Enqueue(stream);
        else queue.EnqueueInOrder(stream);
        _used |= 1u << index;
    }

    /// <summary>The queue whose head is to be served now; null when all are empty.</summary>
    public StreamQueue? Next()
    {
        if (!Any || _queues is null) return null;
        var first = BitOperations.TrailingZeroCount(_used);
        if ((first & 1) != 0 || _queues[first + 1] is not { IsEmpty: false } incremental) return _queues[first];
        return _incrementalsTurn ? incremental : _queues[first];
    }

    /// <summary>Gives the queues up while no stream waits.</summary>
    public void Shrink()
    {
        if (!Any) _queues = null;
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-10
    //# It is RECOMMENDED that servers avoid such starvation where possible.

    /// <summary>A stream had its turn: one of the other kind is next.</summary>
    public void OnServed(QuicStream stream) => _incrementalsTurn = !stream.Incremental;
}
