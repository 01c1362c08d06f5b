namespace HyperGen.Tls.Crypto;

/// <summary>A transcript whose snapshot is a copy of 216 bytes on the stack.</summary>
internal sealed class LibcryptoTranscriptHash : TranscriptHash
{
    private Sha2State _state;

    public LibcryptoTranscriptHash(HashKind hash)
    {
        Hash = hash;
        _state.Start(hash);
    }

    public override HashKind Hash { get; }

    public override void Append(ReadOnlySpan<byte> bytes) => _state.Append(Hash, bytes);

    public override void GetCurrent(Span<byte> digest)
    {
        var snapshot = _state;
        snapshot.Finish(Hash, digest);
    }
}
