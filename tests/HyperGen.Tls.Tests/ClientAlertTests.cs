using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls.Tests;

/// <summary>What a client says to a server that misbehaves.</summary>
public sealed class ClientAlertTests
{
    private static readonly HandshakeOptions _wantsAnotherKey = new() { Groups = [NamedGroup.Secp256r1] };

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.2
    //= type=test
    //# An endpoint MUST terminate the connection if a version of TLS older than 1.3 is
    //# negotiated.
    [Fact]
    public void A_version_before_1_3_is_refused()
    {
        AssertServerHello(TlsAlert.ProtocolVersion, static hello => hello.Remove(ExtensionType.SupportedVersions));
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello[ExtensionType.SupportedVersions] = [3, 3]);
        AssertServerHello(TlsAlert.ProtocolVersion, static hello => hello.Head[1] = 4);
    }

    [Fact]
    public void What_was_not_offered_is_refused()
    {
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello.Head[36] = 0x05);
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello.Head[37] = 1);
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello.Head = [.. hello.Head.AsSpan(0, 34), 1, 7, .. hello.Head.AsSpan(35)]);
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello[ExtensionType.KeyShare][1] = 23);
        AssertServerHello(TlsAlert.UnsupportedExtension, static hello => hello.Add((int)ExtensionType.PreSharedKey, 0, 0));
        AssertServerHello(TlsAlert.UnsupportedExtension, static hello => hello.Add(0x1234));
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello.Add((int)ExtensionType.ApplicationLayerProtocolNegotiation, 0, 3, 2, 104, 51));
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello.Add((int)ExtensionType.SupportedVersions, 3, 4));
    }

    [Fact]
    public void A_key_that_is_none_is_refused()
    {
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello[ExtensionType.KeyShare] = [0, 29, 0, 32, .. new byte[32]]);
        AssertServerHello(TlsAlert.DecodeError, static hello => hello[ExtensionType.KeyShare] = [0, 29, 0, 0]);
        AssertServerHello(TlsAlert.MissingExtension, static hello => hello.Remove(ExtensionType.KeyShare));
    }

    [Fact]
    public void A_retry_must_change_something_and_come_once()
    {
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello[ExtensionType.KeyShare] = [0, 29], _wantsAnotherKey);
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello[ExtensionType.KeyShare] = [0, 30], _wantsAnotherKey);
        AssertServerHello(TlsAlert.IllegalParameter, static hello => hello.Remove(ExtensionType.KeyShare), _wantsAnotherKey);
        AssertServerHello(TlsAlert.DecodeError, static hello => hello.Add((int)ExtensionType.Cookie, 0, 0), _wantsAnotherKey);

        byte[]? retry = null;
        using var handshake = new Handshake(serverOptions: _wantsAnotherKey);
        handshake.Deliver = (from, level, bytes) =>
            from == handshake.Server && level == EncryptionLevel.Initial ? [retry ??= bytes] : [bytes];
        handshake.Run();
        Assert.Equal(TlsAlert.UnexpectedMessage, handshake.Client.Tls.Error?.Alert);
    }

    [Fact]
    public void A_server_must_keep_to_its_retry()
    {
        var hellos = 0;
        using var handshake = new Handshake(serverOptions: _wantsAnotherKey);
        handshake.Deliver = (from, level, bytes) =>
        {
            if (from == handshake.Server && level == EncryptionLevel.Initial && hellos++ == 1)
            {
                bytes[4 + 36] = 0x03;
            }

            return [bytes];
        };
        handshake.Run();
        Assert.Equal(TlsAlert.IllegalParameter, handshake.Client.Tls.Error?.Alert);
    }

    [Fact]
    public void A_cookie_is_sent_back()
    {
        byte[] cookie = [0, 3, 7, 8, 9];
        byte[]? echoed = null;
        using var handshake = new Handshake(serverOptions: _wantsAnotherKey);
        handshake.Deliver = (from, level, bytes) =>
        {
            var hello = level == EncryptionLevel.Initial ? Hello.Read(bytes) : null;
            if (from == handshake.Server && hello?.Extensions.Count == 2)
            {
                hello.Add((int)ExtensionType.Cookie, cookie);
                return [hello.ToMessage()];
            }

            if (hello?.Extensions.Any(static extension => extension.Type == (ushort)ExtensionType.Cookie) == true)
            {
                echoed = hello[ExtensionType.Cookie];
            }

            return [bytes];
        };
        handshake.Run();
        Assert.Equal(cookie, echoed);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7
    //= type=test
    //# Endpoints MUST explicitly negotiate an application protocol.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.1
    //= type=test
    //# QUIC clients MUST use error 0x0178 to terminate a connection when ALPN negotiation
    //# fails.
    [Fact]
    public void EncryptedExtensions_must_hold_what_QUIC_needs_and_nothing_unasked()
    {
        AssertExtensions(TlsAlert.MissingExtension, static extensions => extensions.Remove(ExtensionType.QuicTransportParameters));
        AssertExtensions(TlsAlert.NoApplicationProtocol, static extensions => extensions.Remove(ExtensionType.ApplicationLayerProtocolNegotiation));
        AssertExtensions(TlsAlert.NoApplicationProtocol, static extensions => extensions[ExtensionType.ApplicationLayerProtocolNegotiation] = [0, 3, 2, 104, 50]);
        AssertExtensions(TlsAlert.DecodeError, static extensions => extensions[ExtensionType.ApplicationLayerProtocolNegotiation] = [0, 6, 2, 104, 51, 2, 104, 50]);
        AssertExtensions(TlsAlert.DecodeError, static extensions => extensions[ExtensionType.ServerName] = [1]);
        AssertExtensions(TlsAlert.IllegalParameter, static extensions => extensions.Add((int)ExtensionType.KeyShare, 0, 29));
        AssertExtensions(TlsAlert.UnsupportedExtension, static extensions => extensions.Add((int)ExtensionType.EarlyData));
        AssertExtensions(null, static extensions => extensions.Add((int)ExtensionType.SupportedGroups, 0, 2, 0, 29));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.4
    //= type=test
    //# A client MUST authenticate the identity of the server.
    [Fact]
    public void A_forged_signature_or_Finished_is_a_decrypt_error()
    {
        AssertFlight(TlsAlert.DecryptError, HandshakeType.CertificateVerify, static message => message[^1] ^= 1);
        AssertFlight(TlsAlert.DecryptError, HandshakeType.Finished, static message => message[^1] ^= 1);
        AssertFlight(TlsAlert.IllegalParameter, HandshakeType.CertificateVerify, static message => message[5] = 1);
        AssertFlight(TlsAlert.IllegalParameter, HandshakeType.CertificateVerify, static message => message[4] = 8);
        AssertFlight(TlsAlert.BadCertificate, HandshakeType.Certificate, static message => message[11] ^= 1);
        AssertFlight(TlsAlert.DecryptError, HandshakeType.Certificate, static message => message[^3] ^= 1);
        AssertFlight(TlsAlert.DecodeError, HandshakeType.Certificate, static message => message[10] ^= 1);
    }

    /// <summary>With a key of 16,384 bits a peer that nobody knows yet would have us compute for a millisecond and more.</summary>
    [Theory]
    [InlineData(8192, true)]
    [InlineData(8200, false)]
    [InlineData(16_384, false)]
    public void An_RSA_key_of_more_than_8192_bits_is_not_computed_with(int bits, bool isTaken)
    {
        // Nobody has to know the factors for this: any odd number will do.
        var modulus = new byte[bits / 8];
        modulus.AsSpan().Fill(0xA5);
        using var rsa = RSA.Create();
        rsa.ImportParameters(new() { Modulus = modulus, Exponent = [1, 0, 1] });
        using var issuer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            new X500DistinguishedName("CN=h3.test"), new PublicKey(rsa), HashAlgorithmName.SHA256);
        using var certificate = request.Create(
            new X500DistinguishedName("CN=issuer"), X509SignatureGenerator.CreateForECDsa(issuer), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100), [1]);
        var signature = new byte[modulus.Length];
        var expected = isTaken ? TlsAlert.DecryptError : TlsAlert.IllegalParameter;
        Assert.Equal(expected, Signatures.Verify(certificate.RawData, SignatureScheme.RsaPssRsaeSha256, "content"u8, signature));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.4
    //= type=test
    //# A client MUST authenticate the identity of the server.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.7
    //= type=test
    //# Even if it has 1-RTT secrets, a client MUST NOT process incoming 1-RTT protected packets
    //# before the TLS handshake is complete.
    [Fact]
    public void A_chain_that_is_refused_ends_the_handshake()
    {
        using var handshake = new Handshake();
        handshake.Client.IsSlow = true;
        handshake.Run();
        var question = Assert.IsType<VerifyChainQuestion>(Assert.Single(handshake.Client.Questions));
        Assert.Equal("h3.test", question.ServerName);
        handshake.Client.Tls.Refuse(question.Id, TlsAlert.UnknownCa, "Not one of ours.");
        Assert.Equal(0x130ul, handshake.Client.Tls.Error!.Code);
        Assert.DoesNotContain(EncryptionLevel.OneRtt, handshake.Client.ReadSecrets);
    }

    /// <summary>The second one is as RFC 8701 lets a server make it: with extensions and a signature scheme that mean nothing.</summary>
    [Theory]
    [InlineData("0D00000B 00 0008 000D000400020403")]
    [InlineData("0D000016 00 0013 0A0A0000 000D00060004FAFA0403 3A3A000100")]
    public void A_request_for_a_certificate_is_answered_with_none(string requested)
    {
        using var handshake = new Handshake();
        var request = Convert.FromHexString(requested.Replace(" ", "", StringComparison.Ordinal));
        var sent = Array.Empty<byte>();
        handshake.Deliver = (from, level, bytes) =>
        {
            if (from == handshake.Client && level == EncryptionLevel.Handshake)
            {
                sent = bytes;
            }

            return from == handshake.Server && bytes[0] == (byte)HandshakeType.EncryptedExtensions ? [InsertAfterFirst(bytes, request)] : [bytes];
        };
        handshake.Run();

        // Our server did not send the request, so that signatures differ from here on; that the client got this far shows that it took it.
        Assert.Equal(TlsAlert.DecryptError, handshake.Client.Tls.Error!.Alert);
        Assert.Empty(sent);
        Assert.Equal([(byte)HandshakeType.Certificate, 0, 0, 4, 0, 0, 0, 0], Certificate.Encode([]).ToArray());
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.4
    //= type=test
    //# clients MUST treat receipt of such messages as a connection error of type
    //# PROTOCOL_VIOLATION.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.1
    //= type=test
    //# A client MUST treat receipt of a NewSessionTicket that contains an early_data extension
    //# with any other value as a connection error of type PROTOCOL_VIOLATION.
    [Theory]
    [InlineData(HandshakeType.NewSessionTicket, "00000000000000000000010000", 0x132)]
    [InlineData(HandshakeType.NewSessionTicket, "00000000000000000000000000", 0x132)]
    [InlineData(HandshakeType.NewSessionTicket, "0000000000000000000001000000", -1)]
    [InlineData(HandshakeType.NewSessionTicket, "0000000000000000000001090008002a0004ffffffff", -1)]
    [InlineData(HandshakeType.NewSessionTicket, "0000000000000000000001090008002a000400000001", 0x0a)]
    [InlineData(HandshakeType.NewSessionTicket, "00000000000000000000010900000000", 0x132)]
    [InlineData(HandshakeType.CertificateRequest, "000000", 0x0a)]
    [InlineData(HandshakeType.KeyUpdate, "00", 0x10a)]
    [InlineData(HandshakeType.Finished, "", 0x10a)]
    internal void After_the_handshake_only_tickets_are_expected(HandshakeType type, string body, int code)
    {
        using var handshake = new Handshake();
        handshake.Run();
        handshake.AssertComplete();
        var bytes = Convert.FromHexString(body);
        handshake.Client.Tls.HandleInput(EncryptionLevel.OneRtt, [(byte)type, 0, 0, (byte)bytes.Length, .. bytes]);
        Assert.Equal(code, (int?)handshake.Client.Tls.Error?.Code ?? -1);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.2
    //= type=test
    //# Clients MUST NOT offer TLS versions older than 1.3.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.4
    //= type=test
    //# A client MUST NOT request the use of the TLS 1.3 compatibility mode.
    [Fact]
    public void A_hello_offers_TLS_1_3_alone_and_no_compatibility_mode()
    {
        using var client = new ClientHandshake(HandshakeOptions.Default, Handshake.Options(), static destination => destination.Fill(7));
        Assert.True(client.TryGetOutput(out _, out var bytes));
        var hello = Hello.Read(bytes.Span);
        Assert.Equal([2, 3, 4], hello[ExtensionType.SupportedVersions]);
        Assert.Equal(0, hello.Head[34]);
    }

    [Fact]
    public void An_address_is_not_sent_as_a_name()
    {
        var options = new ClientOptions
        {
            ServerName = "127.0.0.1",
            ApplicationProtocols = Handshake.Options().ApplicationProtocols,
            TransportParameters = Handshake.ClientParameters,
        };
        using var client = new ClientHandshake(HandshakeOptions.Default, options, static destination => destination.Fill(7));
        Assert.True(client.TryGetOutput(out _, out var bytes));
        Assert.DoesNotContain(Hello.Read(bytes.Span).Extensions, static extension => extension.Type == (ushort)ExtensionType.ServerName);
    }

    private static void AssertServerHello(TlsAlert alert, Action<Hello> change, HandshakeOptions? server = null)
    {
        using var handshake = new Handshake(serverOptions: server);
        handshake.Deliver = (from, level, bytes) => from == handshake.Server && level == EncryptionLevel.Initial ? [Change(bytes, change)] : [bytes];
        handshake.Run();
        Assert.Equal(alert, handshake.Client.Tls.Error?.Alert);
    }

    /// <param name="alert">Null when the change is taken: then it is the signature, which does not cover it, that fails.</param>
    /// <param name="change">The change.</param>
    private static void AssertExtensions(TlsAlert? alert, Action<Hello> change)
    {
        using var handshake = new Handshake();
        handshake.Deliver = (from, _, bytes) => from == handshake.Server && bytes[0] == (byte)HandshakeType.EncryptedExtensions
            ? [Change(First(bytes), change), bytes[First(bytes).Length..]]
            : [bytes];
        handshake.Run();
        Assert.Equal(alert ?? TlsAlert.DecryptError, handshake.Client.Tls.Error?.Alert);
    }

    private static void AssertFlight(TlsAlert alert, HandshakeType type, Action<byte[]> change)
    {
        using var handshake = new Handshake();
        handshake.Deliver = (from, level, bytes) =>
        {
            var pieces = new List<byte[]>();
            while (from == handshake.Server && bytes.Length > 0)
            {
                var message = First(bytes);
                bytes = bytes[message.Length..];
                if (message[0] == (byte)type)
                {
                    change(message);
                }

                pieces.Add(message);
            }

            return from == handshake.Server ? pieces : [bytes];
        };
        handshake.Run();
        Assert.Equal(alert, handshake.Client.Tls.Error?.Alert);
        Assert.False(handshake.Client.Tls.IsComplete);
    }

    private static byte[] Change(byte[] message, Action<Hello> change)
    {
        var hello = Hello.Read(message);
        change(hello);
        return hello.ToMessage();
    }

    private static byte[] First(byte[] messages) => messages[..(4 + (messages[1] << 16) + (messages[2] << 8) + messages[3])];

    private static byte[] InsertAfterFirst(byte[] messages, byte[] inserted) =>
        [.. First(messages), .. inserted, .. messages.AsSpan(First(messages).Length)];
}
