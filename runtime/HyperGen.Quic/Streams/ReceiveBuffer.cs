using System.Diagnostics;
using System.Runtime.InteropServices;
using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Streams;

/// <summary>
/// Puts the bytes of a stream, or of the handshake, back in order. Every byte has one place, in the page its offset names, so neither overlaps nor
/// one-byte fragments can make it hold more than the flow control window that its owner enforces; <see cref="MaxGaps" /> bounds the bookkeeping.
/// </summary>
internal struct ReceiveBuffer
{
    /// <summary>Holes a peer may leave open at once. The same number as quic-go's maxStreamFrameSorterGaps.</summary>
    public const int MaxGaps = 1000;

    private RangeSet _ahead;
    private byte[]? _only;
    private byte[]?[]? _many;
    private long _firstPage;
    private PagePool _pool;

    /// <summary>The offset of the next byte to be read.</summary>
    public long ReadOffset { readonly get; private set; }

    /// <summary>The end of what arrived without a hole.</summary>
    public long ContiguousEnd { readonly get; private set; }

    /// <summary>A ring of pages; one alone, which is what a small request needs, needs no array.</summary>
    private Span<byte[]?> Pages => _many ?? MemoryMarshal.CreateSpan(ref _only, 1);

    public readonly bool HasData => ReadOffset < ContiguousEnd;

    public void Open(PagePool pool) => _pool = pool;

    /// <summary>Takes the data of a frame; false when it leaves too many holes.</summary>
    public bool TryInsert(long offset, ReadOnlySpan<byte> data)
    {
        var end = offset + data.Length;
        if (data.IsEmpty || end <= ContiguousEnd) return true;
        if (offset < ContiguousEnd)
        {
            data = data[(int)(ContiguousEnd - offset)..];
            offset = ContiguousEnd;
        }

        Store(offset, data);
        if (offset == ContiguousEnd && _ahead.IsEmpty)
        {
            ContiguousEnd = end;
            return true;
        }

        _ahead.Add(offset, end);
        if (_ahead[0].Start == ContiguousEnd)
        {
            ContiguousEnd = _ahead[0].End;
            _ahead.RemoveLowest();
        }

        return _ahead.Count <= MaxGaps;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-2.2
    //# Endpoints MUST be able to deliver stream data to an application as an
    //# ordered byte stream.

    /// <summary>The next bytes in order, as far as they lie together; valid until <see cref="Consume" />.</summary>
    public ReadOnlySpan<byte> Peek()
    {
        if (!HasData) return default;
        var (page, start) = Locate(ReadOffset);
        var bytes = Pages[Slot(page)]!;
        return bytes.AsSpan(start, (int)Math.Min(bytes.Length - start, ContiguousEnd - ReadOffset));
    }

    public void Consume(int count)
    {
        Debug.Assert(count <= ContiguousEnd - ReadOffset, "The caller checks.");
        ReadOffset += count;
        ReturnPagesBelow(Locate(ReadOffset).Page);

        // What was read is not needed again: an idle stream holds no page, even in the middle of one.
        if (!HasData && _ahead.IsEmpty) ReturnPagesBelow(_firstPage + Pages.Length);
    }

    /// <summary>Gives all memory back and starts again at offset 0.</summary>
    public void Reset()
    {
        ReturnPagesBelow(_firstPage + Pages.Length);
        _ahead.Clear();
        _firstPage = 0;
        ReadOffset = ContiguousEnd = 0;
    }

    /// <summary>Gives up room that is not needed now.</summary>
    public void Shrink()
    {
        _ahead.Shrink();
        if (HasData || !_ahead.IsEmpty) return;
        ReturnPagesBelow(_firstPage + Pages.Length);
        _many = null;
    }

    private void Store(long offset, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var (page, start) = Locate(offset);
            EnsureSlot(page);
            ref var bytes = ref Pages[Slot(page)];
            bytes ??= _pool.Rent(page == 0 ? PagePool.SmallPage : PagePool.LargePage);
            var length = Math.Min(data.Length, bytes.Length - start);
            data[..length].CopyTo(bytes.AsSpan(start));
            data = data[length..];
            offset += length;
        }
    }

    /// <summary>Page 0 is small, all others large.</summary>
    private static (long Page, int Start) Locate(long offset) => offset < PagePool.SmallPage
        ? (0, (int)offset)
        : (1 + ((offset - PagePool.SmallPage) / PagePool.LargePage), (int)((offset - PagePool.SmallPage) % PagePool.LargePage));

    private readonly int Slot(long page) => (int)(page & ((_many?.Length ?? 1) - 1));

    private void EnsureSlot(long page)
    {
        var pages = Pages;
        if (page - _firstPage < pages.Length) return;
        var length = pages.Length;
        while (page - _firstPage >= length) length *= 2;
        var larger = new byte[]?[length];
        for (var p = _firstPage; p < _firstPage + pages.Length; p++) larger[p & (length - 1)] = pages[Slot(p)];
        _only = null;
        _many = larger;
    }

    private void ReturnPagesBelow(long page)
    {
        var end = Math.Min(page, _firstPage + Pages.Length);
        for (var p = _firstPage; p < end; p++)
        {
            ref var bytes = ref Pages[Slot(p)];
            if (bytes is null) continue;
            _pool.Return(bytes);
            bytes = null;
        }

        _firstPage = Locate(ReadOffset).Page;
    }
}
