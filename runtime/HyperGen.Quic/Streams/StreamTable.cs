using System.Diagnostics.CodeAnalysis;

namespace HyperGen.Quic.Streams;

/// <summary>
/// The open streams of a connection by their IDs: a hash table with nothing in it but the streams, which a dictionary surrounds with 44 bytes each. Most
/// connections have four. How many there are, and so how far apart two of them can collide, is bounded by the limits on streams.
/// </summary>
internal sealed class StreamTable
{
    private const int LeastLength = 8;

    /// <summary>A power of two, at most half full, so that every search meets a free slot soon.</summary>
    private QuicStream?[] _slots = new QuicStream?[LeastLength];

    /// <summary>How many streams are in it.</summary>
    public int Count { get; private set; }

    /// <summary>Finds a stream by its ID.</summary>
    public bool TryFind(StreamId id, [NotNullWhen(true)] out QuicStream? stream)
    {
        stream = _slots[IndexOf(id)];
        return stream is not null;
    }

    /// <summary>Adds a stream whose ID is not in it.</summary>
    public void Add(QuicStream stream)
    {
        if (2 * ++Count > _slots.Length) Resize(2 * _slots.Length);
        _slots[IndexOf(stream.Id)] = stream;
    }

    /// <summary>Removes a stream that is in it.</summary>
    public void Remove(QuicStream stream)
    {
        Count--;
        var hole = IndexOf(stream.Id);
        _slots[hole] = null;

        // Those that follow without a gap may have been put off by the one that went: each is moved to where it is looked for.
        for (var next = Next(hole); _slots[next] is { } other; next = Next(next))
        {
            _slots[next] = null;
            _slots[IndexOf(other.Id)] = other;
        }
    }

    /// <summary>Removes all.</summary>
    public void Clear()
    {
        _slots = new QuicStream?[LeastLength];
        Count = 0;
    }

    /// <summary>Gives up room that is not needed now.</summary>
    public void Shrink()
    {
        var length = LeastLength;
        while (length < 2 * Count) length *= 2;
        if (length < _slots.Length) Resize(length);
    }

    /// <summary>All streams, in no order. Streams may be neither added nor removed meanwhile.</summary>
    public Enumerator GetEnumerator() => new(_slots);

    /// <summary>Where a stream is, or would be put.</summary>
    private int IndexOf(StreamId id)
    {
        // Fibonacci hashing: IDs of a kind are four apart, and their low bits say little.
        var index = (int)((ulong)id.Value * 0x9E3779B97F4A7C15 >> 32) & (_slots.Length - 1);
        while (_slots[index] is { } stream && stream.Id != id) index = Next(index);
        return index;
    }

    private int Next(int index) => (index + 1) & (_slots.Length - 1);

    private void Resize(int length)
    {
        var former = _slots;
        _slots = new QuicStream?[length];
        foreach (var stream in former)
        {
            if (stream is not null) _slots[IndexOf(stream.Id)] = stream;
        }
    }

    public struct Enumerator(QuicStream?[] slots)
    {
        private int _next;

        public QuicStream Current { get; private set; } = null!;

        public bool MoveNext()
        {
            while (_next < slots.Length)
            {
                if (slots[_next++] is not { } stream) continue;
                Current = stream;
                return true;
            }

            return false;
        }
    }
}
