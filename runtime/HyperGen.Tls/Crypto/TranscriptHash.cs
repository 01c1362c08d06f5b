namespace HyperGen.Tls.Crypto;

/// <summary>A running hash that can be read at any point without disturbing it.</summary>
internal abstract class TranscriptHash : IDisposable
{
    public abstract HashKind Hash { get; }

    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Writes the digest of everything appended so far. More may be appended afterwards.</summary>
    /// <param name="digest">At least the hash's length.</param>
    public abstract void GetCurrent(Span<byte> digest);

    public virtual void Dispose() => GC.SuppressFinalize(this);
}
