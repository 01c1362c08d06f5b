namespace HyperGen.Quic.Admission;

/// <summary>
/// How much memory all connections of the process may have together. Endpoints lease it in chunks and account for bytes themselves, so that it is the only
/// thing they share, and they share it through atomic operations alone.
/// </summary>
/// <remarks>May be used by any thread.</remarks>
internal sealed class MemoryBudget
{
    private long _leased;

    /// <param name="capacity">Bytes; at least 1 MiB.</param>
    public MemoryBudget(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1 << 20);
        Capacity = capacity;
        Chunk = (int)Math.Min(256 << 10, capacity / 64);
    }

    /// <summary>Bytes that are never exceeded.</summary>
    public long Capacity { get; }

    /// <summary>Bytes that an endpoint leases at a time.</summary>
    public int Chunk { get; }

    /// <summary>Bytes leased by all endpoints.</summary>
    public long Leased => Volatile.Read(ref _leased);

    /// <summary>Half is gone: windows stop growing, and clients prove their address first.</summary>
    public bool IsUnderPressure => Leased >= Capacity / 2;

    /// <summary>
    /// Seven eighths are gone: no new connections, and writers are told to wait. The rest is for what is under way: acknowledgments, handshakes, what writers
    /// have not been able to leave off.
    /// </summary>
    public bool IsAlmostSpent => Leased >= Capacity - (Capacity / 8);

    /// <summary>Takes <paramref name="bytes" />, all or none.</summary>
    public bool TryLease(long bytes)
    {
        var leased = Leased;
        while (leased + bytes <= Capacity)
        {
            var seen = Interlocked.CompareExchange(ref _leased, leased + bytes, leased);
            if (seen == leased) return true;
            leased = seen;
        }

        return false;
    }

    /// <summary>Gives back what was leased.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _leased, -bytes);
}
