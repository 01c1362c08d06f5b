using System.Diagnostics.CodeAnalysis;
using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Streams;

/// <summary>
/// The bytes of a stream, or of the handshake, from the moment they are written until the peer acknowledged them. What is written is copied once into
/// pooled pages; memory the caller declares immutable is held by reference instead, and what fills a packet is sealed
/// from there.
/// </summary>
internal struct SendBuffer
{
    private RangeSet _acked;
    private RangeSet _lost;
    private Chunk _only;
    private Chunk[]? _ring;
    private int _head;
    private int _count;
    private PagePool _pool;

    /// <summary>Everything below is acknowledged.</summary>
    public long AckedOffset { readonly get; private set; }

    /// <summary>Everything below was sent at least once.</summary>
    public long SentOffset { readonly get; private set; }

    /// <summary>Everything below was written.</summary>
    public long WrittenOffset { readonly get; private set; }

    public readonly bool HasLost => !_lost.IsEmpty;

    public readonly bool HasUnsent => SentOffset < WrittenOffset;

    public readonly bool AllAcked => AckedOffset == WrittenOffset;

    /// <summary>The memory that is charged: written and not yet acknowledged.</summary>
    public readonly long Buffered => WrittenOffset - AckedOffset;

    public void Open(PagePool pool) => _pool = pool;

    /// <summary>Free space at the end of the buffer, at least one byte; what is used of it is reported by <see cref="Advance" />.</summary>
    public Span<byte> GetSpan(int sizeHint)
    {
        if (_count > 0)
        {
            ref var tail = ref At(_count - 1);
            if (tail.Page is not null && tail.Page.Length - tail.Length >= Math.Min(sizeHint, PagePool.LargePage)) return tail.Page.AsSpan(tail.Length);
        }

        var size = _count == 0 && WrittenOffset == 0 && sizeHint <= PagePool.SmallPage ? PagePool.SmallPage : PagePool.LargePage;
        Push(new() { Page = _pool.Rent(size), Start = WrittenOffset });
        return At(_count - 1).Page;
    }

    public void Advance(int count)
    {
        At(_count - 1).Length += count;
        WrittenOffset += count;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var free = _count > 0 && At(_count - 1) is { Page: { } page } tail && tail.Length < page.Length
                ? page.AsSpan(tail.Length)
                : GetSpan(data.Length);
            var length = Math.Min(free.Length, data.Length);
            data[..length].CopyTo(free);
            Advance(length);
            data = data[length..];
        }
    }

    public void AppendImmutable(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty) return;
        Push(new() { Memory = data, Start = WrittenOffset, Length = data.Length });
        WrittenOffset += data.Length;
    }

    /// <summary>The lowest range that was lost and is to be sent again.</summary>
    public readonly Range64 FirstLost => _lost[0];

    /// <summary>Notes that a range was put into a packet.</summary>
    public void OnSent(long offset, int length)
    {
        if (offset == SentOffset)
        {
            SentOffset += length;
        }
        else
        {
            _lost.Remove(offset, offset + length);
        }
    }

    /// <summary>A packet with the range was acknowledged: what lies below every hole is given back.</summary>
    public void OnAcked(long offset, int length)
    {
        var end = offset + length;
        if (length == 0 || end <= AckedOffset) return;
        if (!_lost.IsEmpty) _lost.Remove(offset, end);
        if (offset <= AckedOffset && _acked.IsEmpty)
        {
            AckedOffset = end;
        }
        else
        {
            _acked.Add(Math.Max(offset, AckedOffset), end);
            if (_acked[0].Start == AckedOffset)
            {
                AckedOffset = _acked[0].End;
                _acked.RemoveLowest();
            }
        }

        while (_count > 0 && At(0).Start + At(0).Length <= AckedOffset) Pop();
    }

    /// <summary>A packet with the range was lost: what nobody acknowledged since is sent again.</summary>
    public void OnLost(long offset, int length)
    {
        var end = offset + length;
        offset = Math.Max(offset, AckedOffset);
        if (offset >= end) return;
        _lost.Add(offset, end);
        for (var i = 0; i < _acked.Count; i++)
        {
            if (_acked[i].Start < end && _acked[i].End > offset) _lost.Remove(_acked[i].Start, _acked[i].End);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-2.2
    //# The data at a given offset MUST NOT change if it is sent multiple times

    /// <summary>Copies bytes that were written and not yet acknowledged.</summary>
    public void CopyTo(long offset, Span<byte> destination)
    {
        var index = IndexOf(offset);
        while (!destination.IsEmpty)
        {
            ref var chunk = ref At(index++);
            var bytes = chunk.Bytes[(int)(offset - chunk.Start)..];
            var length = Math.Min(bytes.Length, destination.Length);
            bytes[..length].CopyTo(destination);
            destination = destination[length..];
            offset += length;
        }
    }

    /// <summary>
    /// Shows bytes that were written and not yet acknowledged, when they lie together in memory that never changes. Pages are not shown: what was just copied
    /// into one is in the cache, and copying it on costs less than a further call of the cipher.
    /// </summary>
    public bool TryGetImmutable(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length == 0) return false;
        ref var chunk = ref At(IndexOf(offset));
        if (chunk.Page is not null || offset + length > chunk.Start + chunk.Length) return false;
        bytes = chunk.Memory.Span.Slice((int)(offset - chunk.Start), length);
        return true;
    }

    /// <summary>Gives up room that is not needed now.</summary>
    public void Shrink()
    {
        _acked.Shrink();
        _lost.Shrink();
        if (_ring is null || _count > 1) return;
        var only = _count == 1 ? At(0) : default;
        _ring = null;
        _head = 0;
        _only = only;
    }

    /// <summary>Nothing that was sent counts, and none of it was acknowledged: everything is new again.</summary>
    public void Rewind()
    {
        _lost.Clear();
        SentOffset = 0;
    }

    /// <summary>Gives all memory back and starts again at offset 0.</summary>
    public void Reset()
    {
        while (_count > 0) Pop();
        _acked.Clear();
        _lost.Clear();
        AckedOffset = SentOffset = WrittenOffset = 0;
    }

    /// <summary>Gives all memory back and forgets what was to be sent; the offsets stay.</summary>
    public void Discard()
    {
        while (_count > 0) Pop();
        _lost.Clear();
        _acked.Clear();
        WrittenOffset = AckedOffset = SentOffset;
    }

    /// <summary>Chunks lie in a ring, which is made for the second and kept.</summary>
    [UnscopedRef]
    private ref Chunk At(int index)
    {
        if (_ring is null) return ref _only;
        return ref _ring[(_head + index) & (_ring.Length - 1)];
    }

    private int IndexOf(long offset)
    {
        int low = 0, high = _count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (At(middle).Start <= offset) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    private void Push(in Chunk chunk)
    {
        if (_count == (_ring?.Length ?? 1))
        {
            var larger = new Chunk[_count * 2];
            for (var i = 0; i < _count; i++) larger[i] = At(i);
            _only = default;
            _ring = larger;
            _head = 0;
        }

        _count++;
        At(_count - 1) = chunk;
    }

    private void Pop()
    {
        ref var chunk = ref At(0);
        if (chunk.Page is not null) _pool.Return(chunk.Page);
        chunk = default;
        if (_ring is not null) _head = (_head + 1) & (_ring.Length - 1);
        _count--;
    }

    /// <summary>Bytes that lie together: a page filled from its start, or somebody's immutable memory.</summary>
    private struct Chunk
    {
        public byte[]? Page;
        public ReadOnlyMemory<byte> Memory;
        public long Start;
        public int Length;

        public readonly ReadOnlySpan<byte> Bytes => Page is null ? Memory.Span : Page.AsSpan(0, Length);
    }
}
