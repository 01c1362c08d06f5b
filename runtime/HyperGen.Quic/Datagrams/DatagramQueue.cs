using HyperGen.Quic.Streams;

namespace HyperGen.Quic.Datagrams;

/// <summary>Datagrams on their way to or from the application, oldest first, copied into pooled pages. Nobody waits for one that does not fit: it is refused.</summary>
internal sealed class DatagramQueue(PagePool pages)
{
    /// <summary>Datagrams held at a time: two batches of 32 (quic-go sends from a queue of 32, and keeps 128 received ones).</summary>
    public const int Capacity = 64;

    /// <summary>The longest that is held.</summary>
    public const int MaxLength = PagePool.LargePage;

    private readonly Entry[] _ring = new Entry[Capacity];
    private int _head;

    public int Count { get; private set; }

    /// <summary>The oldest datagram; meaningless when there is none.</summary>
    public ReadOnlySpan<byte> Head => _ring[_head].Page.AsSpan(0, _ring[_head].Length);

    /// <summary>The number of the oldest.</summary>
    public long HeadId => _ring[_head].Id;

    public bool TryAdd(long id, ReadOnlySpan<byte> data)
    {
        if (Count == Capacity || data.Length > MaxLength) return false;
        var page = pages.Rent(data.Length <= PagePool.SmallPage ? PagePool.SmallPage : PagePool.LargePage);
        data.CopyTo(page);
        _ring[(_head + Count++) % Capacity] = new() { Page = page, Length = data.Length, Id = id };
        return true;
    }

    public void RemoveHead()
    {
        pages.Return(_ring[_head].Page!);
        _ring[_head] = default;
        _head = (_head + 1) % Capacity;
        Count--;
    }

    public void Clear()
    {
        while (Count > 0) RemoveHead();
    }

    private struct Entry
    {
        public byte[]? Page;
        public int Length;
        public long Id;
    }
}
