using HyperGen.Quic.Frames;

namespace HyperGen.Quic.Recovery;

/// <summary>One frame of a packet in flight: enough to know what an acknowledgment settles or a loss sends again.</summary>
internal struct SentFrame
{
    /// <summary>STREAM and its kin are all <see cref="FrameType.Stream" /> here.</summary>
    public FrameType Type;

    public bool Fin;

    /// <summary>The length of STREAM and CRYPTO data.</summary>
    public int Length;

    /// <summary>The offset of STREAM and CRYPTO data, the largest acknowledged of an ACK, the sequence number of a connection ID.</summary>
    public long Value;

    /// <summary>The stream's ID: a stream object is reused, an ID never is, and so a late acknowledgment cannot be taken for another stream's.</summary>
    public StreamId Id;

    public QuicStream? Stream;

    public int Next;
}

/// <summary>
/// The frames of all packets in flight of a connection: an arena of linked lists, one list for each packet, so that tracking a frame allocates nothing.
/// </summary>
internal sealed class SentFrames
{
    public const int End = -1;

    private SentFrame[] _nodes = [];
    private int _free = End;
    private int _used;
    private int _held;

    public ref SentFrame this[int index] => ref _nodes[index];

    /// <summary>Puts a frame in front of a packet's list, whose head changes.</summary>
    public void Add(ref int head, in SentFrame frame)
    {
        _held++;
        var index = _free;
        if (index != End)
        {
            _free = _nodes[index].Next;
        }
        else
        {
            if (_used == _nodes.Length) Array.Resize(ref _nodes, Math.Max(4, _used * 2));
            index = _used++;
        }

        _nodes[index] = frame;
        _nodes[index].Next = head;
        head = index;
    }

    /// <summary>Gives a node back; the next one of its list.</summary>
    public int Release(int index)
    {
        _held--;
        var next = _nodes[index].Next;
        _nodes[index] = new() { Next = _free };
        _free = index;
        return next;
    }

    /// <summary>Gives up its room while no frame is remembered.</summary>
    public void Shrink()
    {
        if (_held > 0) return;
        _nodes = [];
        _free = End;
        _used = 0;
    }

    /// <summary>Gives a whole list back.</summary>
    public void ReleaseAll(int head)
    {
        while (head != End) head = Release(head);
    }
}
