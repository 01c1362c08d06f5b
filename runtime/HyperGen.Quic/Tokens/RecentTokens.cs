namespace HyperGen.Quic.Tokens;

/// <summary>
/// The tokens that were used lately, so that one is good for one connection. It forgets when there are many: a token can then be used again, by its own
/// address, which is bounded and all that a replay wins.
/// </summary>
internal sealed class RecentTokens
{
    /// <summary>32 KiB once the first token is used.</summary>
    private const int Capacity = 4096;

    private ulong[]? _used;

    /// <summary>Notes a token by bytes of its tag, which its sender cannot choose; false when it was used before.</summary>
    public bool TryAdd(ulong tag)
    {
        _used ??= new ulong[Capacity];
        ref var slot = ref _used[tag % Capacity];
        if (slot == tag) return false;
        slot = tag;
        return true;
    }
}
