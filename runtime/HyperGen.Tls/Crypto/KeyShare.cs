namespace HyperGen.Tls.Crypto;

/// <summary>An ephemeral key pair of a group, made for one handshake and used for one agreement.</summary>
internal abstract class KeyShare : IDisposable
{
    public abstract NamedGroup Group { get; }

    /// <summary>What goes on the wire as <c>key_exchange</c>.</summary>
    public abstract ReadOnlySpan<byte> PublicKey { get; }

    /// <summary>Computes the shared secret.</summary>
    /// <param name="peerPublicKey">The peer's <c>key_exchange</c>, unchecked.</param>
    /// <param name="sharedSecret">As many bytes as the group's secret has.</param>
    /// <returns>False when the peer's key has the wrong length, is no point of the group, or leads to the all-zero secret.</returns>
    public abstract bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret);

    public abstract void Dispose();
}
