using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

internal sealed class BclTranscriptHash(HashKind hash) : TranscriptHash
{
    private readonly IncrementalHash _hash =
        IncrementalHash.CreateHash(hash == HashKind.Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384);

    public override HashKind Hash { get; } = hash;

    public override void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    public override void GetCurrent(Span<byte> digest) => _hash.GetCurrentHash(digest);

    public override void Dispose()
    {
        _hash.Dispose();
        base.Dispose();
    }
}
