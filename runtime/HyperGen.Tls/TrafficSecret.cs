using System.Security.Cryptography;
using HyperGen.Tls.Crypto;

namespace HyperGen.Tls;

/// <summary>One direction's secret at one level, from which QUIC derives key, IV and header protection key (RFC 9001, section 5.1).</summary>
/// <remarks>Whoever takes the event that carries it owns it and disposes it, which wipes it.</remarks>
internal sealed class TrafficSecret : IDisposable
{
    private readonly byte[] _bytes;
    private bool _isDisposed;

    public TrafficSecret(CipherSuite suite, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, suite.Hash.Length, nameof(bytes));
        Suite = suite;
        _bytes = bytes.ToArray();
    }

    /// <summary>The suite whose AEAD and hash go with it.</summary>
    public CipherSuite Suite { get; }

    /// <summary>As many bytes as the suite's hash has.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _bytes;
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _isDisposed = true;
    }
}
