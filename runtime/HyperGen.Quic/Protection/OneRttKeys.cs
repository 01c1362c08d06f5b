using System.Security.Cryptography;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Protection;

/// <summary>
/// The 1-RTT keys of both directions and their updates (RFC 9001 section 6). Keys of the next phase are made when the first packet that claims them
/// arrives; those of the phase before are kept for three PTOs, for packets that were reordered.
/// </summary>
internal sealed class OneRttKeys : IDisposable
{
    /// <summary>What is left of a key's limit for the batch under way and for saying that the connection is closed.</summary>
    public const int Reserve = Transmit.MaxSegments + 64;

    private readonly CryptoProvider _crypto;
    private readonly QuicVersion _version;
    private readonly CipherSuite _suite;
    private readonly AeadLimits _limits;
    private byte[] _readSecret = [];
    private readonly byte[] _writeSecret;
    private HeaderKey? _readHeader;
    private readonly HeaderKey _writeHeader;
    private PacketKey? _read;
    private PacketKey? _write;
    private PacketKey? _previousRead;

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.3
    //# endpoints MUST be able to retain two sets of packet protection keys for receiving
    //# packets: the current and the next.
    private PacketKey? _nextRead;
    private Timestamp _previousExpires = Timestamp.Never;
    private bool _phase;
    private PacketNumber _firstReadInPhase = PacketNumber.None;
    private PacketNumber _largestReadInPhase = PacketNumber.None;
    private PacketNumber _largestReadBefore = PacketNumber.None;
    private PacketNumber _firstSealedInPhase = PacketNumber.None;
    private long _sealed;
    private long _forged;

    /// <summary>Takes the secret of what is sent, which stays the caller's to dispose.</summary>
    /// <param name="crypto">Where the primitives come from.</param>
    /// <param name="version">The version in use.</param>
    /// <param name="write">The secret.</param>
    /// <param name="limits">What each key may do; null for the limits of its algorithm.</param>
    public OneRttKeys(CryptoProvider crypto, QuicVersion version, TrafficSecret write, AeadLimits? limits = null)
    {
        _crypto = crypto;
        _version = version;
        _suite = write.Suite;
        _limits = limits ?? AeadLimits.Of(_suite.Aead);
        _writeSecret = write.Bytes.ToArray();
        _writeHeader = new(crypto, version, _suite, _writeSecret);
        _write = new(crypto, version, _suite, _writeSecret);
    }

    /// <summary>Whether packets can be opened: at a server, from the end of the handshake on.</summary>
    public bool CanRead => _readHeader is not null;

    /// <summary>The value of the Key Phase bit of packets we send.</summary>
    public bool Phase => _phase;

    /// <summary>How often the keys were updated, by either end.</summary>
    public int Updates { get; private set; }

    /// <summary>Enough was sealed for an update, which still has time to be delayed.</summary>
    public bool ShouldUpdate => _sealed >= _limits.Update;

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=exception
    //= reason=The connection is closed before a limit is passed, so that CONNECTION_CLOSE goes under keys that are still good; once it is drained the endpoint answers with stateless resets.
    //# If a key update is not possible or integrity limits are reached, the endpoint MUST stop
    //# using the connection and only send stateless resets in response to receiving packets.

    /// <summary>Nothing more may be sealed under this key than <see cref="Reserve" />.</summary>
    public bool ConfidentialityLimitReached => _sealed >= _limits.Confidentiality - Reserve;

    /// <summary>The peer sealed a packet with older keys than one of a lower number.</summary>
    public bool PeerWentBack { get; private set; }

    /// <summary>
    /// The peer updated its keys again before anything was sent to it under the keys of its last update: it waited for no acknowledgment, and could go on like
    /// that with every packet, each of which makes two keys here. RFC 9001 section 6.2 lets an endpoint end such a connection.
    /// </summary>
    public bool PeerUpdatedTwice { get; private set; }

    /// <summary>When the keys that an update replaced are to be forgotten.</summary>
    public Timestamp PreviousExpires => _previousRead is null ? Timestamp.Never : _previousExpires;

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //# If the total number of received packets that fail authentication
    //# within the connection, across all keys, exceeds the integrity limit
    //# for the selected AEAD, the endpoint MUST immediately close the
    //# connection with a connection error of type AEAD_LIMIT_REACHED

    /// <summary>Whether too many forgeries arrived.</summary>
    /// <param name="others">How many under keys of other levels.</param>
    public bool IsIntegrityLimitReached(long others) => others + _forged > _limits.Integrity;

    /// <summary>Takes the secret of what is received, which stays the caller's to dispose. Before this nothing can be opened.</summary>
    public void InstallRead(TrafficSecret read)
    {
        _readSecret = read.Bytes.ToArray();
        _readHeader = new(_crypto, _version, _suite, _readSecret);
        _read = new(_crypto, _version, _suite, _readSecret);
    }

    /// <summary>The keys of the present phase: made again when they were given up.</summary>
    private PacketKey Read => _read ??= new(_crypto, _version, _suite, _readSecret);

    private PacketKey Write => _write ??= new(_crypto, _version, _suite, _writeSecret);

    /// <summary>
    /// Gives up the ciphers until they are needed; the secrets that they are keyed with stay. Those of the next phase, which a forgery may have ordered, go too:
    /// when none is there, the time that making one takes says nothing of the Key Phase bit.
    /// </summary>
    public void Rest()
    {
        Forget(ref _nextRead);
        Forget(ref _read);
        Forget(ref _write);
        _readHeader?.Rest();
        _writeHeader.Rest();
    }

    public bool TryUnprotect(Span<byte> packet, int numberOffset, out uint truncated, out int numberLength) =>
        _readHeader!.TryUnprotect(packet, numberOffset, out truncated, out numberLength);

    /// <summary>Opens a packet whose header is unmasked, with the keys its Key Phase bit and number ask for.</summary>
    /// <param name="now">For the life of the keys that an update replaces.</param>
    /// <param name="threePto">How long they are kept.</param>
    /// <param name="number">The packet's number.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="headerLength">The length of its header with the packet number.</param>
    public bool TryOpen(Timestamp now, TimeSpan threePto, PacketNumber number, Span<byte> packet, int headerLength)
    {
        ForgetExpired(now);
        var header = packet[..headerLength];
        var payload = packet[headerLength..];
        var phase = (packet[0] & PacketHeader.KeyPhaseBit) != 0;
        if (phase == _phase)
        {
            if (!Opened(Read.TryOpen(number, header, payload, payload))) return false;
            if (_firstReadInPhase.IsNone) _previousExpires = now + threePto;
            if (_firstReadInPhase.IsNone || number < _firstReadInPhase) _firstReadInPhase = number;
            OnReadInPhase(number);
            return true;
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.5
        //# packets with a lower packet number than any packet
        //# number from the current key phase
        if (_previousRead is not null && (_firstReadInPhase.IsNone || number < _firstReadInPhase))
        {
            if (!Opened(_previousRead.TryOpen(number, header, payload, payload))) return false;
            if (number > _largestReadBefore) _largestReadBefore = number;
            return true;
        }

        // A server may update as soon as the handshake is complete: a client that waited for HANDSHAKE_DONE could never open the packet that brings it.
        // A forged packet makes this key too, but never a second one: it stays until it is used, and a flood costs a connection no more than one update does.
        _nextRead ??= NextKey(_readSecret);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.5
        //# Once an endpoint successfully receives a packet with a given packet number, it MUST
        //# discard all packets in the same packet number space with higher packet numbers if they
        //# cannot be successfully unprotected with either the same key, or -- if there is a key
        //# update -- a subsequent packet protection key
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.5
        //# a packet that appears to trigger a key update but cannot be unprotected successfully
        //# MUST be discarded.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.3
        //# Endpoints responding to an apparent key update MUST NOT generate a timing side-channel
        //# signal that might indicate that the Key Phase bit was invalid
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.3
        //# Once generated, the next set of packet protection keys SHOULD be retained, even if the
        //# packet that was received was subsequently discarded.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-9.5
        //= type=exception
        //= reason=Keys of the next phase cost a connection 1.2 KB that most never use: they are made when a packet first claims them, genuine or forged, and kept from then on.
        //# After receiving a key update, an endpoint SHOULD generate and save the next set of
        //# receive packet protection keys
        if (!Opened(_nextRead.TryOpen(number, header, payload, payload))) return false;

        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.2
        //# The endpoint MUST update its
        //# send keys to the corresponding key phase in response
        PeerUpdatedTwice |= Updates > 0 && _firstSealedInPhase.IsNone;
        Rotate();
        _previousExpires = now + threePto;
        _firstReadInPhase = number;
        OnReadInPhase(number);
        return true;
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.5
    //# An endpoint SHOULD retain old read keys for no more than three times the PTO after
    //# having received a packet protected using the new keys.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.5
    //# After this period, old read keys and their corresponding secrets SHOULD be discarded.

    /// <summary>Forgets the keys that an update replaced, when their time is over.</summary>
    public void ForgetExpired(Timestamp now)
    {
        if (now >= _previousExpires) Forget(ref _previousRead);
    }

    /// <summary>Seals a packet in place and masks its header.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="packet">The packet, with room for the tag.</param>
    /// <param name="numberOffset">Where its number is.</param>
    /// <param name="numberLength">How long that is.</param>
    /// <param name="partOffset">Where in its payload a part belongs that lies elsewhere.</param>
    /// <param name="part">That part; empty when there is none.</param>
    public void Seal(PacketNumber number, Span<byte> packet, int numberOffset, int numberLength, int partOffset = 0, ReadOnlySpan<byte> part = default)
    {
        if (part.IsEmpty) Write.Seal(number, packet, numberOffset + numberLength);
        else Write.Seal(number, packet, numberOffset + numberLength, partOffset, part);
        _writeHeader.Protect(packet, numberOffset, numberLength);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
        //# Endpoints MUST count the number of encrypted packets for each set of keys.
        _sealed++;
        if (_firstSealedInPhase.IsNone) _firstSealedInPhase = number;
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.1
    //# An endpoint MUST NOT initiate a
    //# subsequent key update unless it has received an acknowledgment for a packet
    //# that was sent protected with keys from the current key phase.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6
    //# Endpoints MUST NOT send a TLS KeyUpdate message.

    /// <summary>Starts an update, which the caller allows only once the handshake is confirmed; false when the last one is not settled.</summary>
    public bool TryInitiateUpdate(PacketNumber largestAcked)
    {
        if (_firstSealedInPhase.IsNone || largestAcked < _firstSealedInPhase || _firstReadInPhase.IsNone) return false;

        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.5
        //= type=exception
        //= reason=The three PTOs run from the first packet read under the new keys, up to a round trip before that acknowledgment: no clock of its own is kept for it.
        //# Endpoints SHOULD wait three times the PTO before initiating a key update after receiving
        //# an acknowledgment that confirms that the previous key update was received.
        if (_previousRead is not null || !CanRead) return false;
        _nextRead ??= NextKey(_readSecret);
        Rotate();
        return true;
    }

    public void Dispose()
    {
        Forget(ref _previousRead);
        Forget(ref _nextRead);
        Forget(ref _read);
        Forget(ref _write);
        _readHeader?.Dispose();
        _writeHeader.Dispose();
        CryptographicOperations.ZeroMemory(_readSecret);
        CryptographicOperations.ZeroMemory(_writeSecret);
    }

    private void OnReadInPhase(PacketNumber number)
    {
        PeerWentBack |= number < _largestReadBefore;
        if (number > _largestReadInPhase) _largestReadInPhase = number;
    }

    private void Rotate()
    {
        if (_largestReadInPhase > _largestReadBefore) _largestReadBefore = _largestReadInPhase;
        _largestReadInPhase = PacketNumber.None;
        Forget(ref _previousRead);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.1
        //# An endpoint MUST retain old keys until it has successfully unprotected a packet sent
        //# using the new keys.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.1
        //# An endpoint SHOULD retain old keys for some time after unprotecting a packet sent using
        //# the new keys.
        _previousRead = Read;
        _previousExpires = Timestamp.Never;
        _read = _nextRead;
        _nextRead = null;
        AdvanceSecret(_readSecret);
        Forget(ref _write);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.2
        //# Sending keys MUST be updated before sending an acknowledgment for the packet that was
        //# received with updated keys.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.4
        //# Packets with higher packet numbers MUST be protected with either the same or newer
        //# packet protection keys than packets with lower packet numbers.
        AdvanceSecret(_writeSecret);
        _phase = !_phase;
        _sealed = 0;
        _firstSealedInPhase = PacketNumber.None;
        _firstReadInPhase = PacketNumber.None;
        Updates++;
    }

    private bool Opened(bool opened)
    {
        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
        //# In addition to counting packets sent, endpoints MUST count the number of received
        //# packets that fail authentication during the lifetime of a connection.
        if (!opened) _forged++;
        return opened;
    }

    private PacketKey NextKey(ReadOnlySpan<byte> secret)
    {
        Span<byte> next = stackalloc byte[secret.Length];
        _crypto.ExpandLabel(_suite.Hash, secret, _version.UpdateLabel, default, next);
        var key = new PacketKey(_crypto, _version, _suite, next);
        next.Clear();
        return key;
    }

    private void AdvanceSecret(Span<byte> secret)
    {
        Span<byte> next = stackalloc byte[secret.Length];
        _crypto.ExpandLabel(_suite.Hash, secret, _version.UpdateLabel, default, next);
        next.CopyTo(secret);
        next.Clear();
    }

    private static void Forget(ref PacketKey? key)
    {
        key?.Dispose();
        key = null;
    }
}
