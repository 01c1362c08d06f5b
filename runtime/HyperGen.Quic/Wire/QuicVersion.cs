namespace HyperGen.Quic.Wire;

/// <summary>One of the versions of the wire that we speak, with all that differs between them. RFC 9369 changes numbers and labels, nothing else.</summary>
internal sealed class QuicVersion
{
    /// <summary>The number in the place of a version that makes a packet a Version Negotiation packet.</summary>
    public const uint Negotiation = 0;

    private readonly int _typeShift;
    private readonly byte[] _initialSalt;
    private readonly byte[] _retryKey;
    private readonly byte[] _retryNonce;

    private QuicVersion(uint number, int typeShift, string initialSalt, string retryKey, string retryNonce)
    {
        Number = number;
        _typeShift = typeShift;
        _initialSalt = Convert.FromHexString(initialSalt);
        _retryKey = Convert.FromHexString(retryKey);
        _retryNonce = Convert.FromHexString(retryNonce);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.8
    //# The secret key, K, is 128 bits equal to
    //# 0xbe0c690b9f66575a1d766b54e368c84e.

    /// <summary>QUIC version 1, RFC 9000.</summary>
    public static QuicVersion V1 { get; } = new(
        0x0000_0001, 0, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "be0c690b9f66575a1d766b54e368c84e", "461599d35d632bf2239825bb");

    //= https://www.rfc-editor.org/rfc/rfc9369#section-3.1
    //# The Version field of long headers is 0x6b3343cf.

    /// <summary>QUIC version 2, RFC 9369.</summary>
    public static QuicVersion V2 { get; } = new(
        0x6b33_43cf, 1, "0dede3def700a6db819381be6e269dcbf9bd2ed9", "8fb4b01b56ac48e260fbcbcead7ccc92", "d86969bc2d7c6d9990efb04a");

    /// <summary>Both versions, the one that everybody speaks first.</summary>
    public static IReadOnlyList<QuicVersion> All { get; } = [V1, V2];

    /// <summary>The number in long headers.</summary>
    public uint Number { get; }

    /// <summary>The salt of the keys of Initial packets.</summary>
    public ReadOnlySpan<byte> InitialSalt => _initialSalt;

    /// <summary>The nonce of the tags of Retry packets.</summary>
    public ReadOnlySpan<byte> RetryNonce => _retryNonce;

    /// <summary>The key of the tags of Retry packets, which everybody knows.</summary>
    public ReadOnlySpan<byte> RetryKey => _retryKey;

    //= https://www.rfc-editor.org/rfc/rfc9369#section-3.3.2
    //# The labels used in [QUIC-TLS] to derive packet protection keys

    /// <summary>The label of packet protection keys.</summary>
    public ReadOnlySpan<byte> KeyLabel => this == V2 ? "quicv2 key"u8 : "quic key"u8;

    /// <summary>The label of packet protection IVs.</summary>
    public ReadOnlySpan<byte> IvLabel => this == V2 ? "quicv2 iv"u8 : "quic iv"u8;

    /// <summary>The label of header protection keys.</summary>
    public ReadOnlySpan<byte> HeaderLabel => this == V2 ? "quicv2 hp"u8 : "quic hp"u8;

    /// <summary>The label of the secrets that follow in a key update.</summary>
    public ReadOnlySpan<byte> UpdateLabel => this == V2 ? "quicv2 ku"u8 : "quic ku"u8;

    /// <summary>The version with this number; null when we do not speak it.</summary>
    public static QuicVersion? Find(uint number) => number == V1.Number ? V1 : number == V2.Number ? V2 : null;

    //= https://www.rfc-editor.org/rfc/rfc9369#section-3.2
    //# All version 2 Long Header packet types are different.

    /// <summary>The type of a packet from the two type bits of its long header.</summary>
    public PacketType TypeOf(int bits) => (PacketType)((bits - _typeShift) & 3);

    /// <summary>The two type bits of a long header.</summary>
    public int BitsOf(PacketType type) => ((int)type + _typeShift) & 3;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-15
    //# Versions that follow the pattern 0x?a?a?a?a are reserved for use in
    //# forcing version negotiation to be exercised

    /// <summary>
    /// A reserved version to be offered beside the real ones, so that peers keep ignoring unknown ones. It is never the one that was refused, which a client
    /// would take for a contradiction.
    /// </summary>
    public static uint Grease(uint refused, byte unpredictable)
    {
        var version = 0x0a0a_0a0a | ((unpredictable & 0xf0u) << 8) | ((unpredictable & 0x0fu) << 20);
        return version == refused ? version ^ 0x1000_0000 : version;
    }

    /// <inheritdoc />
    public override string ToString() => this == V2 ? "QUIC version 2" : "QUIC version 1";
}
