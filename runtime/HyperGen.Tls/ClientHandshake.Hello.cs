using System.Security.Cryptography;
using System.Text;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>The ClientHello, the ServerHello, and what happens when the server wants another key.</summary>
internal sealed partial class ClientHandshake
{
    private readonly byte[] _random = new byte[32];

    /// <summary>RFC 6066, section 3: literal addresses are not permitted in host_name.</summary>
    private readonly bool _sendsName;

    /// <summary>Whether tickets are of any use: one is offered or asked for. A second ClientHello says the same as the first.</summary>
    private readonly bool _resumes;
    private KeyShare[] _shares;
    private byte[] _cookie = [];
    private bool _hasRetried;

    /// <summary>Kept until the ServerHello tells which hash the transcript takes.</summary>
    private ReadOnlyMemory<byte> _clientHello;

    /// <summary>A share for the group liked best; and one that every server knows beside a hybrid, which not every one does.</summary>
    private KeyShare[] CreateShares()
    {
        var groups = Options.Groups.Where(Crypto.IsSupported).ToList();
        var first = groups.Count > 0 ? groups[0] : throw new InvalidOperationException("None of the groups of the options can be used on this system.");
        return first == NamedGroup.X25519MlKem768 && groups.Contains(NamedGroup.X25519)
            ? [Crypto.CreateKeyShare(first, Random), Crypto.CreateKeyShare(NamedGroup.X25519, Random)]
            : [Crypto.CreateKeyShare(first, Random)];
    }

    private KeyShare? FindShare(NamedGroup group) => Array.Find(_shares, share => share.Group == group);

    private void DisposeShares()
    {
        foreach (var share in _shares)
        {
            share.Dispose();
        }

        _shares = [];
    }

    private void SendClientHello()
    {
        var writer = new MessageWriter(512);
        var message = writer.Begin(HandshakeType.ClientHello);
        writer.UInt16(0x0303);
        writer.Bytes(_random);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-8.4
        //# A client MUST NOT request the use of the TLS 1.3 compatibility mode.
        writer.UInt8(0);

        var suites = writer.Begin16();
        foreach (var suite in Options.CipherSuites)
        {
            if (Crypto.IsSupported(suite.Aead))
            {
                writer.UInt16(suite.Id);
            }
        }

        writer.End16(suites);
        writer.UInt8(1);
        writer.UInt8(0);
        var extensions = writer.Begin16();
        WriteExtensions(writer);
        var binder = _session is null ? default : WritePreSharedKey(writer, _session);
        writer.End16(extensions);
        writer.End24(message);
        if (_session is not null)
        {
            WriteBinder(writer, binder, _session);
        }

        _clientHello = writer.Memory;
        Send(EncryptionLevel.Initial, writer.Memory);
    }

    private void WriteExtensions(MessageWriter writer)
    {
        if (_sendsName)
        {
            var serverName = writer.Begin(ExtensionType.ServerName);
            var names = writer.Begin16();
            writer.UInt8(0);
            writer.Vector16(Encoding.ASCII.GetBytes(_client.ServerName));
            writer.End16(names);
            writer.End16(serverName);
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.2
        //# Clients MUST NOT offer TLS versions older than 1.3.
        var versions = writer.Begin(ExtensionType.SupportedVersions);
        writer.UInt8(2);
        writer.UInt16(ServerHello.Tls13);
        writer.End16(versions);

        var groups = writer.Begin(ExtensionType.SupportedGroups);
        var groupList = writer.Begin16();
        foreach (var group in Options.Groups.Where(Crypto.IsSupported))
        {
            writer.UInt16((ushort)group);
        }

        writer.End16(groupList);
        writer.End16(groups);

        writer.SchemeList(ExtensionType.SignatureAlgorithms, Options.SignatureSchemes.Where(Crypto.IsSupported));
        writer.SchemeList(ExtensionType.SignatureAlgorithmsCert, Signatures.InCertificates.Where(Crypto.IsSupported));

        var alpn = writer.Begin(ExtensionType.ApplicationLayerProtocolNegotiation);
        var protocols = writer.Begin16();
        foreach (var protocol in _client.ApplicationProtocols)
        {
            writer.Vector8(protocol.Protocol.Span);
        }

        writer.End16(protocols);
        writer.End16(alpn);

        var keyShare = writer.Begin(ExtensionType.KeyShare);
        var shares = writer.Begin16();
        foreach (var share in _shares)
        {
            writer.UInt16((ushort)share.Group);
            writer.Vector16(share.PublicKey);
        }

        writer.End16(shares);
        writer.End16(keyShare);

        if (_cookie.Length > 0)
        {
            var cookie = writer.Begin(ExtensionType.Cookie);
            writer.Vector16(_cookie);
            writer.End16(cookie);
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.9
        //# To use PSKs, clients MUST also send a "psk_key_exchange_modes"
        //# extension.
        if (_resumes)
        {
            const int PskDheKe = 1;
            var modes = writer.Begin(ExtensionType.PskKeyExchangeModes);
            writer.UInt8(1);
            writer.UInt8(PskDheKe);
            writer.End16(modes);
        }

        var parameters = writer.Begin(ExtensionType.QuicTransportParameters);
        writer.Bytes(_client.TransportParameters.Span);
        writer.End16(parameters);
    }

    private void OnServerHello(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (FailIf(ServerHello.Parse(body, out var hello) ?? Check(hello)))
        {
            return;
        }

        if (!_hasRetried)
        {
            Suite = CipherSuite.Find(hello.CipherSuite)!;
            Schedule = new KeySchedule(Crypto, Suite);
            Schedule.Append(_clientHello.Span);
            _earlySchedule?.Dispose();
            _earlySchedule = null;
        }

        if (hello.IsRetry)
        {
            Retry(message, hello);
        }
        else
        {
            Agree(message, hello);
        }
    }

    private TlsError? Check(in ServerHello hello)
    {
        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.3
        //# A client which receives a legacy_session_id_echo field
        //# that does not match what it sent in the ClientHello
        //# MUST abort the handshake with an "illegal_parameter"
        //# alert.
        if (!hello.SessionId.IsEmpty)
        {
            return TlsError.FromAlert(TlsAlert.IllegalParameter, "The server echoes a session id that was not sent.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.3
        //# A client which receives a cipher suite
        //# that was not offered MUST abort the handshake with an "illegal_parameter"
        //# alert.
        var suite = CipherSuite.Find(hello.CipherSuite);
        if (suite is null || !Options.CipherSuites.Contains(suite) || !Crypto.IsSupported(suite.Aead))
        {
            return TlsError.FromAlert(TlsAlert.IllegalParameter, "The server chose a cipher suite that was not offered.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.4
        //# Upon
        //# receiving the ServerHello, clients MUST check that the cipher suite
        //# supplied in the ServerHello is the same as that in the
        //# HelloRetryRequest and otherwise abort the handshake with an
        //# "illegal_parameter" alert.
        if (_hasRetried && suite != Suite)
        {
            return TlsError.FromAlert(TlsAlert.IllegalParameter, "The server changed the cipher suite.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.4
        //# If a client receives a second
        //# HelloRetryRequest in the same connection (i.e., where
        //# the ClientHello was itself in response to a HelloRetryRequest), it
        //# MUST abort the handshake with an "unexpected_message" alert.
        return _hasRetried && hello.IsRetry ? TlsError.FromAlert(TlsAlert.UnexpectedMessage, "The server asks for a third ClientHello.") : null;
    }

    private void Retry(ReadOnlySpan<byte> message, in ServerHello hello)
    {
        var group = (NamedGroup)(hello.Group ?? 0);

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8
        //# the client MUST
        //# verify that (1) the selected_group field corresponds to a group which was provided
        //# in the "supported_groups" extension in the original ClientHello and (2)
        //# the selected_group field does not correspond to a group which was
        //# provided in the "key_share" extension in the original ClientHello.
        if (hello.Group is not null && (FindShare(group) is not null || !Options.Groups.Contains(group) || !Crypto.IsSupported(group)))
        {
            Fail(TlsAlert.IllegalParameter, "The server asks for a key that it has, or of a group that was not offered.");
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.4
        //# Clients MUST abort the handshake with
        //# an "illegal_parameter" alert if the HelloRetryRequest would not result in
        //# any change in the ClientHello.
        if (hello.Group is null && hello.Cookie.IsEmpty)
        {
            Fail(TlsAlert.IllegalParameter, "The server asks for the same ClientHello again.");
            return;
        }

        _hasRetried = true;
        _cookie = hello.Cookie.ToArray();
        if (hello.Group is not null)
        {
            DisposeShares();
            _shares = [Crypto.CreateKeyShare(group, Random)];
        }

        Schedule!.AppendRetryRequest(message);
        RejectEarlyData();

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.4
        //# the client SHOULD NOT offer
        //# any pre-shared keys associated with a hash other than that of the
        //# selected cipher suite.
        if (_session?.Suite.Hash != Suite!.Hash)
        {
            _session = null;
        }

        SendClientHello();
        Schedule.Append(_clientHello.Span);
    }

    private void Agree(ReadOnlySpan<byte> message, in ServerHello hello)
    {
        if (hello.Group is null)
        {
            Fail(hello.SelectedIdentity is null ? TlsAlert.MissingExtension : TlsAlert.IllegalParameter, "The ServerHello lacks key_share.");
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8
        //# If using asymmetric key establishment and a HelloRetryRequest containing a
        //# "key_share" extension was received by the client, the client MUST verify that the
        //# selected NamedGroup in the ServerHello is the same as that in the HelloRetryRequest.
        Span<byte> secret = stackalloc byte[NamedGroups.MaxSecretLength];
        var share = FindShare((NamedGroup)hello.Group);
        secret = secret[..(share?.Group.SecretLength ?? 0)];
        if (share is null || !share.TryAgree(hello.KeyExchange, secret))
        {
            CryptographicOperations.ZeroMemory(secret);
            Fail(TlsAlert.IllegalParameter, "The server's key is none of the group that was offered.");
            return;
        }

        if (!TrySettleSession(hello))
        {
            return;
        }

        Group = share.Group;
        Schedule!.Append(message);
        EnterHandshake(secret, _random, out var client, out var server);
        CryptographicOperations.ZeroMemory(secret);
        DisposeShares();
        _clientHello = default;
        Emit(TlsEvent.ReadSecret(EncryptionLevel.Handshake, server));
        Emit(TlsEvent.WriteSecret(EncryptionLevel.Handshake, client));
        _state = State.WaitEncryptedExtensions;
        ReadFrom(EncryptionLevel.Handshake);
    }
}
