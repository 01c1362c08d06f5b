namespace HyperGen.Quic.Streams;

/// <summary>
/// The memory of stream buffers: arrays of two sizes, rented and returned by the connections of one endpoint on its one thread. Small ones hold a small
/// request or answer, so that ten thousand of them do not pin ten thousand large pages.
/// </summary>
internal sealed class PagePool
{
    public const int SmallPage = 512;
    public const int LargePage = 4096;

    /// <summary>Beyond this many idle bytes of a size, pages are left to the garbage collector: what one burst needed is not kept for ever.</summary>
    private const int MaxIdleBytes = 16 << 20;

    private readonly Stack<byte[]> _small = new();
    private readonly Stack<byte[]> _large = new();

    /// <summary>Pages rented and not returned: zero once every connection is gone.</summary>
    public int Outstanding { get; private set; }

    public byte[] Rent(int size)
    {
        Outstanding++;
        var idle = size == SmallPage ? _small : _large;
        return idle.TryPop(out var page) ? page : GC.AllocateUninitializedArray<byte>(size);
    }

    public void Return(byte[] page)
    {
        Outstanding--;
        var idle = page.Length == SmallPage ? _small : _large;
        if (idle.Count < MaxIdleBytes / page.Length) idle.Push(page);
    }
}
