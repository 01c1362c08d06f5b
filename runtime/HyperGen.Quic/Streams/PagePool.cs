using HyperGen.Quic.Admission;

namespace HyperGen.Quic.Streams;

/// <summary>
/// The memory of stream buffers: arrays of two sizes, rented and returned by the connections of one endpoint on its one thread. Small ones hold a small
/// request or answer, so that ten thousand of them do not pin ten thousand large pages. Every byte is drawn on the process's <see cref="MemoryBudget" />.
/// </summary>
internal sealed class PagePool : IDisposable
{
    public const int SmallPage = 512;
    public const int LargePage = 4096;

    /// <summary>Beyond this many idle bytes of a size, pages are left to the garbage collector: what one burst needed is not kept for ever.</summary>
    private const int MaxIdleBytes = 16 << 20;

    private readonly Stack<byte[]> _small = new();
    private readonly Stack<byte[]> _large = new();
    private readonly MemoryBudget _budget;
    private long _leased;

    /// <param name="budget">What all pools share; null for as much as there is.</param>
    public PagePool(MemoryBudget? budget = null) => _budget = budget ?? new(long.MaxValue / 2);

    /// <summary>Pages rented and not returned: zero once every connection is gone.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Bytes accounted for: pages rented and idle, and what was charged.</summary>
    public long Charged { get; private set; }

    /// <summary>Of these, the bytes that are not idle: zero once every connection is gone.</summary>
    public long InUse => Charged - ((long)_small.Count * SmallPage) - ((long)_large.Count * LargePage);

    /// <summary>Half of the process's memory for connections is gone: nothing grows any more.</summary>
    public bool IsUnderPressure => _budget.IsUnderPressure;

    /// <summary>Nearly all of it is gone: writers wait.</summary>
    public bool IsAlmostSpent => _budget.IsAlmostSpent;

    /// <summary>Whether <paramref name="length" /> bytes that arrived can be kept, wherever in pages they fall.</summary>
    public bool HasRoomFor(int length)
    {
        var needed = length + (2 * LargePage) + SmallPage;
        return _leased - Charged >= needed || TryLease(needed);
    }

    /// <summary>Rents a page. What arrives asks <see cref="HasRoomFor" /> first; a page for what the application writes is never refused.</summary>
    public byte[] Rent(int size)
    {
        Outstanding++;
        var idle = size == SmallPage ? _small : _large;
        if (idle.TryPop(out var page)) return page;
        Charge(size);
        return GC.AllocateUninitializedArray<byte>(size);
    }

    public void Return(byte[] page)
    {
        Outstanding--;
        var idle = page.Length == SmallPage ? _small : _large;
        if (idle.Count < MaxIdleBytes / page.Length && !_budget.IsUnderPressure) idle.Push(page);
        else Discharge(page.Length);
    }

    /// <summary>Accounts for memory that is not of pages.</summary>
    public void Charge(int bytes)
    {
        Charged += bytes;
        if (Charged > _leased) TryLease(Charged - _leased);
    }

    /// <summary>Gives back what <see cref="Charge" /> took.</summary>
    public void Discharge(int bytes)
    {
        Charged -= bytes;

        // A chunk is kept in hand, so that a page that comes and goes does not touch what all threads share.
        var spare = (_leased - Charged - _budget.Chunk) / _budget.Chunk * _budget.Chunk;
        if (spare <= 0) return;
        _leased -= spare;
        _budget.Return(spare);
    }

    /// <summary>Gives everything back to the budget, once every connection is gone.</summary>
    public void Dispose()
    {
        Charged -= ((long)_small.Count * SmallPage) + ((long)_large.Count * LargePage);
        _small.Clear();
        _large.Clear();
        _budget.Return(_leased);
        _leased = 0;
    }

    private bool TryLease(long bytes)
    {
        bytes = (bytes + _budget.Chunk - 1) / _budget.Chunk * _budget.Chunk;
        if (!_budget.TryLease(bytes)) return false;
        _leased += bytes;
        return true;
    }
}
