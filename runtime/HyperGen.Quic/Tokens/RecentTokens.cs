namespace HyperGen.Quic.Tokens;

/// <summary>
/// The tokens that were used lately, so that one is good for one connection. It forgets when there are many: a token can then be used again, by its own
/// address, which is bounded and all that a replay wins.
/// </summary>
/// <remarks>Endpoints that take each other's tokens share one. It may be used by any thread: all there is are atomic operations.</remarks>
internal sealed class RecentTokens
{
    /// <summary>32 KiB once the first token is used.</summary>
    private const int Capacity = 4096;

    private ulong[]? _used;

    /// <summary>Notes a token by bytes of its tag, which its sender cannot choose; false when it was used before.</summary>
    public bool TryAdd(ulong tag)
    {
        var used = _used ?? Interlocked.CompareExchange(ref _used, new ulong[Capacity], null) ?? _used;
        ref var slot = ref used[tag % Capacity];
        var seen = Volatile.Read(ref slot);
        while (seen != tag)
        {
            var before = Interlocked.CompareExchange(ref slot, tag, seen);
            if (before == seen) return true;
            seen = before;
        }

        return false;
    }
}
