using System.Security.Cryptography;
using HyperGen.Tls.Crypto;

namespace HyperGen.Tls;

/// <summary>Seals session tickets and opens them again, with keys that rotate.</summary>
/// <remarks>
/// Belongs to one thread. Shards, machines and later runs of a server that are given the same secrets open each other's tickets. A ticket is the
/// name of its key (16 bytes), a nonce (12), and the sealed state.
/// </remarks>
internal sealed class TicketKeys(CryptoProvider crypto, RandomSource random) : IDisposable
{
    /// <summary>Bytes of a secret to <see cref="Rotate"/> to.</summary>
    public const int SecretLength = 32;

    private const int NameLength = 16;

    /// <summary>The key that seals and two that only open: a ticket stays good for two rotations.</summary>
    private const int MaxKeys = 3;

    private readonly List<Key> _keys = [];

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
    //# Servers MUST NOT use any value greater than 604800 seconds (7 days).

    /// <summary>How long a ticket is good for. Default: 2 hours, OpenSSL's; at most 7 days. Rotate at most this often.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is longer, or not positive.</exception>
    public TimeSpan Lifetime
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(7));
            field = value;
        }
    } = TimeSpan.FromHours(2);

    /// <summary>Seals with a key derived from this secret from now on, and forgets the oldest key when there are too many.</summary>
    /// <param name="secret"><see cref="SecretLength"/> unpredictable bytes.</param>
    public void Rotate(ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, SecretLength, nameof(secret));
        var name = new byte[NameLength];
        Span<byte> key = stackalloc byte[AeadAlgorithm.Aes256Gcm.KeyLength];
        crypto.ExpandLabel(HashKind.Sha256, secret, "ticket name"u8, [], name);
        crypto.ExpandLabel(HashKind.Sha256, secret, "ticket key"u8, [], key);
        _keys.Insert(0, new Key(name, crypto.CreateAead(AeadAlgorithm.Aes256Gcm, key)));
        CryptographicOperations.ZeroMemory(key);
        if (_keys.Count > MaxKeys)
        {
            _keys[MaxKeys].Aead.Dispose();
            _keys.RemoveAt(MaxKeys);
        }
    }

    /// <summary>Seals a state with the newest key.</summary>
    /// <exception cref="InvalidOperationException">There is no key.</exception>
    public byte[] Seal(ReadOnlySpan<byte> state)
    {
        if (_keys.Count == 0)
        {
            throw new InvalidOperationException("Call Rotate with a secret before sealing a ticket.");
        }

        var ticket = new byte[NameLength + Aead.NonceLength + state.Length + Aead.TagLength];
        var nonce = ticket.AsSpan(NameLength, Aead.NonceLength);
        _keys[0].Name.CopyTo(ticket, 0);
        random(nonce);
        _keys[0].Aead.Seal(nonce, _keys[0].Name, state, ticket.AsSpan(NameLength + Aead.NonceLength));
        return ticket;
    }

    /// <summary>Opens a ticket, unless it is forged or too old for any key to know it.</summary>
    /// <param name="ticket">What a client presents, unchecked.</param>
    /// <param name="state">The state, which the caller wipes.</param>
    public bool TryOpen(ReadOnlySpan<byte> ticket, out byte[] state)
    {
        state = [];
        if (ticket.Length < NameLength + Aead.NonceLength + Aead.TagLength)
        {
            return false;
        }

        foreach (var (name, aead) in _keys)
        {
            if (ticket.StartsWith(name))
            {
                var sealedState = ticket[(NameLength + Aead.NonceLength)..];
                state = new byte[sealedState.Length - Aead.TagLength];
                return aead.TryOpen(ticket.Slice(NameLength, Aead.NonceLength), name, sealedState, state);
            }
        }

        return false;
    }

    public void Dispose()
    {
        foreach (var key in _keys)
        {
            key.Aead.Dispose();
        }

        _keys.Clear();
    }

    private readonly record struct Key(byte[] Name, Aead Aead);
}
