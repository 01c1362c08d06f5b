using System.Security.Cryptography;
using HyperGen.Tls.Crypto;

namespace HyperGen.Tls;

/// <summary>The key schedule of RFC 9846, section 7.1, with the transcript it is bound to. Both roles walk through it in the same order.</summary>
/// <remarks>
/// <see cref="Append"/> messages as they are sent or received; <see cref="EnterHandshake"/> after the ServerHello; <see cref="EnterApplication"/>
/// after the server's Finished. Each secret overwrites the one before it; disposing wipes the last.
/// </remarks>
internal sealed class KeySchedule : IDisposable
{
    private readonly CryptoProvider _crypto;
    private readonly CipherSuite _suite;
    private readonly byte[] _secret;
    private readonly byte[] _clientFinishedKey;
    private readonly byte[] _serverFinishedKey;
    private TranscriptHash _transcript;
    private byte[] _retryPrefix = [];

    /// <summary>Begins without a pre-shared key.</summary>
    public KeySchedule(CryptoProvider crypto, CipherSuite suite)
    {
        _crypto = crypto;
        _suite = suite;
        _transcript = crypto.CreateTranscriptHash(suite.Hash);
        _secret = new byte[suite.Hash.Length];
        _clientFinishedKey = new byte[suite.Hash.Length];
        _serverFinishedKey = new byte[suite.Hash.Length];

        //= https://www.rfc-editor.org/rfc/rfc9846#section-7.1
        //# Note that this does not mean skipping
        //# rounds, so if PSK is not in use, Early Secret will still be
        //# HKDF-Extract(0, 0).
        UsePsk([]);
    }

    /// <summary>Adds a message, header included, to the transcript.</summary>
    public void Append(ReadOnlySpan<byte> message) => _transcript.Append(message);

    /// <summary>Mixes in a pre-shared key, in place of the one there was or was not. Before <see cref="EnterHandshake"/>.</summary>
    /// <param name="psk">The key; empty for none.</param>
    public void UsePsk(ReadOnlySpan<byte> psk)
    {
        Span<byte> zeros = stackalloc byte[HashKinds.MaxLength];
        zeros.Clear();
        _crypto.Extract(_suite.Hash, [], psk.IsEmpty ? zeros[.._suite.Hash.Length] : psk, _secret);
    }

    /// <summary>The binder that proves possession of the pre-shared key in use.</summary>
    /// <param name="truncatedHello">The ClientHello without its list of binders. It must not be in the transcript; what came before it must.</param>
    /// <param name="binder">As many bytes as the hash has.</param>
    public void GetBinder(ReadOnlySpan<byte> truncatedHello, Span<byte> binder)
    {
        Span<byte> key = stackalloc byte[HashKinds.MaxLength];
        Span<byte> digest = stackalloc byte[HashKinds.MaxLength];
        key = key[.._suite.Hash.Length];
        digest = digest[.._suite.Hash.Length];
        using (var transcript = _crypto.CreateTranscriptHash(_suite.Hash))
        {
            transcript.Append(_retryPrefix);
            transcript.Append(truncatedHello);
            transcript.GetCurrent(digest);
        }

        _crypto.ExpandLabel(_suite.Hash, _secret, "res binder"u8, _suite.Hash.OfNothing, key);
        _crypto.ExpandLabel(_suite.Hash, key, "finished"u8, [], key);
        _crypto.Hmac(_suite.Hash, key, digest, binder);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>The secret of 0-RTT packets. The transcript must end with the ClientHello.</summary>
    public TrafficSecret DeriveEarlyTraffic() => Derive("c e traffic"u8);

    /// <summary>Puts the hash of the first ClientHello in its place, and appends the HelloRetryRequest that answered it.</summary>
    public void AppendRetryRequest(ReadOnlySpan<byte> retryRequest)
    {
        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.1
        //# As an exception to this general rule, when the server responds to a
        //# ClientHello with a HelloRetryRequest, the value of ClientHello1 is
        //# replaced with a special synthetic handshake message of handshake
        //# type "message_hash" (254) containing Hash(ClientHello1).
        Span<byte> message = stackalloc byte[4 + HashKinds.MaxLength];
        message = message[..(4 + _suite.Hash.Length)];
        message[0] = (byte)Messages.HandshakeType.MessageHash;
        message[1] = message[2] = 0;
        message[3] = (byte)_suite.Hash.Length;
        _transcript.GetCurrent(message[4..]);
        _transcript.Dispose();
        _transcript = _crypto.CreateTranscriptHash(_suite.Hash);
        _transcript.Append(message);
        _transcript.Append(retryRequest);
        _retryPrefix = [.. message, .. retryRequest];
    }

    /// <summary>The hash of the messages so far.</summary>
    public void GetTranscriptHash(Span<byte> digest) => _transcript.GetCurrent(digest);

    /// <summary>Mixes in the result of the key exchange. The transcript must end with the ServerHello.</summary>
    public void EnterHandshake(ReadOnlySpan<byte> sharedSecret, out TrafficSecret client, out TrafficSecret server)
    {
        Advance(sharedSecret);
        client = Derive("c hs traffic"u8);
        server = Derive("s hs traffic"u8);

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.3
        //# The key used to compute the Finished message is computed from the
        //# Base Key
        _crypto.ExpandLabel(_suite.Hash, client.Bytes, "finished"u8, [], _clientFinishedKey);
        _crypto.ExpandLabel(_suite.Hash, server.Bytes, "finished"u8, [], _serverFinishedKey);
    }

    /// <summary>Moves on to the main secret. The transcript must end with the server's Finished.</summary>
    /// <param name="client">The client's first secret of 1-RTT.</param>
    /// <param name="server">The server's.</param>
    /// <param name="exporter">Receives the exporter secret: as many bytes as the hash has.</param>
    public void EnterApplication(out TrafficSecret client, out TrafficSecret server, Span<byte> exporter)
    {
        Span<byte> zeros = stackalloc byte[HashKinds.MaxLength];
        zeros.Clear();
        Advance(zeros[.._suite.Hash.Length]);
        client = Derive("c ap traffic"u8);
        server = Derive("s ap traffic"u8);
        using var derived = Derive("exp master"u8);
        derived.Bytes.CopyTo(exporter);
    }

    /// <summary>The pre-shared key of a ticket is derived from this one. The transcript must end with the client's Finished.</summary>
    /// <param name="secret">As many bytes as the hash has.</param>
    public void DeriveResumption(Span<byte> secret)
    {
        using var derived = Derive("res master"u8);
        derived.Bytes.CopyTo(secret);
    }

    /// <summary>The verify_data of the client's Finished, over the messages so far.</summary>
    /// <param name="verifyData">As many bytes as the hash has.</param>
    public void GetClientFinished(Span<byte> verifyData) => GetFinished(_clientFinishedKey, verifyData);

    /// <summary>The verify_data of the server's Finished, over the messages so far.</summary>
    /// <param name="verifyData">As many bytes as the hash has.</param>
    public void GetServerFinished(Span<byte> verifyData) => GetFinished(_serverFinishedKey, verifyData);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_secret);
        CryptographicOperations.ZeroMemory(_clientFinishedKey);
        CryptographicOperations.ZeroMemory(_serverFinishedKey);
        _transcript.Dispose();
    }

    /// <summary>One step down the left side of the diagram.</summary>
    private void Advance(ReadOnlySpan<byte> inputKeyingMaterial)
    {
        Span<byte> derived = stackalloc byte[HashKinds.MaxLength];
        derived = derived[.._suite.Hash.Length];
        _crypto.ExpandLabel(_suite.Hash, _secret, "derived"u8, _suite.Hash.OfNothing, derived);
        _crypto.Extract(_suite.Hash, derived, inputKeyingMaterial, _secret);
        CryptographicOperations.ZeroMemory(derived);
    }

    private TrafficSecret Derive(ReadOnlySpan<byte> label)
    {
        Span<byte> digest = stackalloc byte[HashKinds.MaxLength];
        Span<byte> secret = stackalloc byte[HashKinds.MaxLength];
        digest = digest[.._suite.Hash.Length];
        secret = secret[.._suite.Hash.Length];
        _transcript.GetCurrent(digest);
        _crypto.ExpandLabel(_suite.Hash, _secret, label, digest, secret);
        var derived = new TrafficSecret(_suite, secret);
        CryptographicOperations.ZeroMemory(secret);
        return derived;
    }

    private void GetFinished(ReadOnlySpan<byte> key, Span<byte> verifyData)
    {
        Span<byte> digest = stackalloc byte[HashKinds.MaxLength];
        digest = digest[.._suite.Hash.Length];
        _transcript.GetCurrent(digest);
        _crypto.Hmac(_suite.Hash, key, digest, verifyData);
    }
}
