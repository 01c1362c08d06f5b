using System.Buffers.Binary;
using System.Security.Cryptography;
using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tokens;

/// <summary>
/// Makes and checks the tokens by which a client proves that it receives what is sent to its address: those of Retry packets for the handshake under way,
/// those of NEW_TOKEN frames for later ones (RFC 9000 section 8.1).
/// <para>
/// They are sealed, so that only who knows the secret can make one and nobody can link two; bound to the address (that of a Retry to the port, the version and
/// the connection ID that goes with it too); and they expire. Endpoints that are given the same secret take each other's.
/// </para>
/// </summary>
internal sealed class AddressTokens : IDisposable
{
    /// <summary>Bytes of a secret.</summary>
    public const int SecretLength = 32;

    /// <summary>No token of ours is longer.</summary>
    public const int MaxLength = HeaderLength + ExpiryLength + 1 + ConnectionId.MaxLength + Aead.TagLength;

    private const int HeaderLength = 2 + Aead.NonceLength;
    private const int ExpiryLength = sizeof(long);
    private const int MaxBoundLength = 1 + sizeof(uint) + 16 + sizeof(ushort) + ConnectionId.MaxLength;
    private const long MillisecondsPerDay = 24 * 60 * 60 * 1000;
    private const byte RetryKind = 0x52;
    private const byte NewTokenKind = 0x4e;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
    //# Servers SHOULD ensure that
    //# tokens sent in Retry packets are only accepted for a short time, as they
    //# are returned immediately by clients.

    /// <summary>quinn's retry_token_lifetime.</summary>
    public static readonly TimeSpan RetryLifetime = TimeSpan.FromSeconds(15);

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.3
    //# Servers SHOULD provide mitigations for this attack by limiting the usage and
    //# lifetime of address validation tokens

    /// <summary>quic-go's MaxTokenAge.</summary>
    private static readonly TimeSpan NewTokenLifetime = TimeSpan.FromHours(24);

    private readonly CryptoProvider _crypto;
    private readonly RandomSource _random;
    private readonly byte[] _secret;
    private readonly DateTimeOffset _epoch;
    private readonly RecentTokens _recent;
    private DayKey _today;
    private DayKey _yesterday;

    /// <param name="crypto">Where the primitives come from.</param>
    /// <param name="random">Where nonces come from.</param>
    /// <param name="secret"><see cref="SecretLength" /> bytes.</param>
    /// <param name="epoch">The wall-clock time of timestamp 0, by which endpoints that share a secret agree on days and expiry.</param>
    /// <param name="recent">The tokens that were used lately; null for those used here.</param>
    public AddressTokens(CryptoProvider crypto, RandomSource random, ReadOnlySpan<byte> secret, DateTimeOffset epoch, RecentTokens? recent = null)
    {
        _recent = recent ?? new RecentTokens();
        _crypto = crypto;
        _random = random;
        _secret = secret.ToArray();
        _epoch = epoch;
    }

    /// <summary>The key of one day. A key that seals with random nonces must not do so for ever (2^32 times, NIST SP 800-38D), and this one does not.</summary>
    private readonly record struct DayKey(long Day, Aead? Aead);

    /// <summary>Writes a token for a Retry packet; its length.</summary>
    /// <param name="buffer"><see cref="MaxLength" /> bytes.</param>
    /// <param name="now">The time.</param>
    /// <param name="client">Whom it is for.</param>
    /// <param name="version">The version of the packet.</param>
    /// <param name="retryId">The packet's Source Connection ID, to which the client's next Initial goes.</param>
    /// <param name="originalId">The Destination Connection ID of the Initial that it answers.</param>
    public int WriteRetry(
        Span<byte> buffer, Timestamp now, in NetworkAddress client, QuicVersion version, ReadOnlySpan<byte> retryId, ReadOnlySpan<byte> originalId)
    {
        Span<byte> content = stackalloc byte[ExpiryLength + 1 + ConnectionId.MaxLength];
        BinaryPrimitives.WriteInt64BigEndian(content, Milliseconds(now + RetryLifetime));
        content[ExpiryLength] = (byte)originalId.Length;
        originalId.CopyTo(content[(ExpiryLength + 1)..]);
        return Seal(buffer, now, RetryKind, client, version, retryId, content[..(ExpiryLength + 1 + originalId.Length)]);
    }

    /// <summary>Writes a token for a NEW_TOKEN frame; its length.</summary>
    public int WriteNew(Span<byte> buffer, Timestamp now, in NetworkAddress client, QuicVersion version)
    {
        Span<byte> content = stackalloc byte[ExpiryLength];

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
        //# a token SHOULD have an expiration time, which could be either an explicit
        //# expiration time or an issued timestamp that can be used to dynamically
        //# calculate the expiration time.
        BinaryPrimitives.WriteInt64BigEndian(content, Milliseconds(now + NewTokenLifetime));
        return Seal(buffer, now, NewTokenKind, client, version, default, content);
    }

    /// <summary>Says what the token of an Initial packet proves.</summary>
    /// <param name="now">The time.</param>
    /// <param name="token">The token, of anybody's making.</param>
    /// <param name="client">Where the packet came from.</param>
    /// <param name="version">The packet's version.</param>
    /// <param name="destinationId">The packet's Destination Connection ID.</param>
    /// <param name="originalId">With a good token of a Retry: the Destination Connection ID of the Initial that the Retry answered.</param>
    public TokenVerdict Check(
        Timestamp now, ReadOnlySpan<byte> token, in NetworkAddress client, QuicVersion version, ReadOnlySpan<byte> destinationId, out ConnectionId originalId)
    {
        originalId = default;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.1
        //# A token sent in a NEW_TOKEN frame or a Retry packet MUST be constructed
        //# in a way that allows the server to identify how it was provided to a client.
        if (token.IsEmpty || token[0] is not (RetryKind or NewTokenKind)) return TokenVerdict.None;
        var isRetry = token[0] == RetryKind;
        var bad = isRetry ? TokenVerdict.InvalidRetry : TokenVerdict.None;
        Span<byte> content = stackalloc byte[ExpiryLength + 1 + ConnectionId.MaxLength];
        if (!TryOpen(now, token, client, version, isRetry ? destinationId : default, content, out var length)) return bad;
        if (BinaryPrimitives.ReadInt64BigEndian(content) < Milliseconds(now)) return bad;
        if (isRetry)
        {
            originalId = new(content[(ExpiryLength + 1)..length]);
            return TokenVerdict.Retry;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
        //# Tokens
        //# that are provided in NEW_TOKEN frames (Section 19.7) need to be valid
        //# for longer but SHOULD NOT be accepted multiple times.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
        //# servers MUST ensure that replay of tokens is prevented or limited.
        return _recent.TryAdd(BinaryPrimitives.ReadUInt64LittleEndian(token[^Aead.TagLength..])) ? TokenVerdict.NewToken : TokenVerdict.None;
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        _today.Aead?.Dispose();
        _yesterday.Aead?.Dispose();
        CryptographicOperations.ZeroMemory(_secret);
    }

    private int Seal(
        Span<byte> buffer, Timestamp now, byte kind, in NetworkAddress client, QuicVersion version, ReadOnlySpan<byte> retryId, ReadOnlySpan<byte> content)
    {
        var day = Milliseconds(now) / MillisecondsPerDay;
        buffer[0] = kind;
        buffer[1] = (byte)day;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
        //# A token issued with NEW_TOKEN MUST NOT include information that would allow
        //# values to be linked by an observer to the connection on which it was issued.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
        //# A server MUST ensure that every NEW_TOKEN frame it sends is unique across
        //# all clients
        _random(buffer[2..HeaderLength]);
        Span<byte> bound = stackalloc byte[MaxBoundLength];
        bound = bound[..WriteBound(bound, kind, client, version, retryId)];

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
        //# An address validation token MUST be difficult to guess.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
        //# the token MUST be covered by integrity protection against modification or
        //# falsification by clients.
        KeyOf(day).Seal(buffer[2..HeaderLength], bound, content, buffer[HeaderLength..]);
        return HeaderLength + content.Length + Aead.TagLength;
    }

    private bool TryOpen(
        Timestamp now, ReadOnlySpan<byte> token, in NetworkAddress client, QuicVersion version, ReadOnlySpan<byte> retryId, Span<byte> content,
        out int length)
    {
        length = token.Length - HeaderLength - Aead.TagLength;
        if (length < ExpiryLength || length > content.Length) return false;
        var day = Milliseconds(now) / MillisecondsPerDay;
        if (token[1] != (byte)day) day--;
        if (token[1] != (byte)day) return false;
        Span<byte> bound = stackalloc byte[MaxBoundLength];
        bound = bound[..WriteBound(bound, token[0], client, version, retryId)];
        return KeyOf(day).TryOpen(token[2..HeaderLength], bound, token[HeaderLength..], content);
    }

    /// <summary>Writes what a token is bound to and does not carry; its length.</summary>
    private static int WriteBound(Span<byte> bound, byte kind, in NetworkAddress client, QuicVersion version, ReadOnlySpan<byte> retryId)
    {
        bound[0] = kind;

        //= https://www.rfc-editor.org/rfc/rfc9369#section-5
        //# Servers MUST validate the originating version of any session ticket
        //# or token and not accept one issued from a different version.
        BinaryPrimitives.WriteUInt32BigEndian(bound[1..], version.Number);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
        //# Tokens sent in NEW_TOKEN frames MUST include information that allows
        //# the server to verify that the client IP address has not changed from
        //# when the token was issued.
        BinaryPrimitives.WriteUInt128BigEndian(bound[5..], client.Address);
        if (kind != RetryKind) return 21;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
        //# Tokens
        //# sent in Retry packets SHOULD include information that allows the
        //# server to verify that the source IP address and port in client
        //# packets remain constant.
        BinaryPrimitives.WriteUInt16BigEndian(bound[21..], client.Port);
        retryId.CopyTo(bound[23..]);
        return 23 + retryId.Length;
    }

    private Aead KeyOf(long day)
    {
        if (_today.Aead is not null && _today.Day == day) return _today.Aead;
        if (_yesterday.Aead is not null && _yesterday.Day == day) return _yesterday.Aead;
        Span<byte> number = stackalloc byte[sizeof(long)];
        Span<byte> key = stackalloc byte[AeadAlgorithm.Aes256Gcm.KeyLength];
        BinaryPrimitives.WriteInt64BigEndian(number, day);
        _crypto.ExpandLabel(HashKind.Sha256, _secret, "address token"u8, number, key);
        var made = new DayKey(day, _crypto.CreateAead(AeadAlgorithm.Aes256Gcm, key));
        CryptographicOperations.ZeroMemory(key);

        // The newer of the two days is the one that seals; the other only opens.
        if (_today.Aead is null || day > _today.Day)
        {
            _yesterday.Aead?.Dispose();
            (_yesterday, _today) = (_today, made);
        }
        else
        {
            _yesterday.Aead?.Dispose();
            _yesterday = made;
        }

        return made.Aead!;
    }

    private long Milliseconds(Timestamp time) => (_epoch + TimeSpan.FromTicks(time.Ticks)).ToUnixTimeMilliseconds();
}
