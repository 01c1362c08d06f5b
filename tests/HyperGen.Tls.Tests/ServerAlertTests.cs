using System.Net.Security;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls.Tests;

/// <summary>What a server says to a ClientHello that it cannot or must not go on with.</summary>
public sealed class ServerAlertTests
{
    [Fact]
    public void An_unchanged_hello_is_accepted() => AssertAccepted(static _ => { });

    //= https://www.rfc-editor.org/rfc/rfc9846#section-9.3
    //= type=test
    //# A server receiving a ClientHello MUST correctly ignore all unrecognized
    //# cipher suites, extensions, and other parameters.
    [Fact]
    public void Grease_is_ignored() => AssertAccepted(static hello =>
    {
        hello.Head = [.. hello.Head.AsSpan(0, 35), 0, 8, 0x0a, 0x0a, 0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 1, 0];
        hello[ExtensionType.SupportedVersions] = [4, 0x1a, 0x1a, 3, 4];
        hello[ExtensionType.SupportedGroups] = [0, 6, 0x2a, 0x2a, 0x11, 0xec, 0, 29];
        hello[ExtensionType.SignatureAlgorithms] = [0, 6, 0x3a, 0x3a, 8, 7, 4, 3];
        hello[ExtensionType.ApplicationLayerProtocolNegotiation] = [0, 6, 2, 0x4a, 0x4a, 2, (byte)'h', (byte)'3'];
        int shares = hello[ExtensionType.KeyShare].Length - 2 + 5;
        hello[ExtensionType.KeyShare] = [(byte)(shares >> 8), (byte)shares, 0x2a, 0x2a, 0, 1, 0, .. hello[ExtensionType.KeyShare].AsSpan(2)];
        hello.Extensions.Insert(0, (0x5a5a, []));
        hello.Add(0xfe0d, 1, 2, 3);
        hello.Add(0x6a6a, 0);
    });

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.3
    //= type=test
    //# An endpoint MUST NOT reject a ClientHello that offers a cipher suite that it does not
    //# support
    [Fact]
    public void A_cipher_suite_that_is_not_ours_is_ignored() =>
        AssertAccepted(static hello => hello.Head = [.. hello.Head.AsSpan(0, 35), 0, 6, 0x13, 0x05, 0x13, 0x04, 0x13, 0x01, 1, 0]);

    [Fact]
    public void A_session_id_is_echoed()
    {
        using var handshake = new Handshake();
        var hello = ClientHelloOf(handshake);
        byte[] sessionId = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];
        hello.Head = [.. hello.Head.AsSpan(0, 34), 32, .. sessionId, .. hello.Head.AsSpan(35)];
        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, hello.ToMessage());
        handshake.Server.Drain();
        Assert.True(handshake.Server.Tls.TryGetOutput(out _, out var answer));
        Assert.Null(ServerHello.Parse(answer.Span[4..], out var parsed));
        Assert.Equal(sessionId, parsed.SessionId.ToArray());
    }

    [Fact]
    public void A_hello_is_taken_with_early_data_and_a_ticket_we_do_not_know() => AssertAccepted(static hello =>
    {
        hello.Add((int)ExtensionType.EarlyData);
        hello.Add((int)ExtensionType.PreSharedKey, [0, 7, 0, 1, 9, 0, 0, 0, 0, 0, 33, 32, .. new byte[32]]);
    });

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.2
    //= type=test
    //# An endpoint MUST terminate the connection if a version of TLS older than 1.3 is
    //# negotiated.
    [Fact]
    public void An_old_version_is_refused()
    {
        AssertAlert(TlsAlert.ProtocolVersion, static hello => hello.Head[1] = 2);
        AssertAlert(TlsAlert.ProtocolVersion, static hello => hello.Remove(ExtensionType.SupportedVersions));
        AssertAlert(TlsAlert.ProtocolVersion, static hello => hello[ExtensionType.SupportedVersions] = [2, 3, 3]);
    }

    [Fact]
    public void Compression_is_refused() =>
        AssertAlert(TlsAlert.IllegalParameter, static hello => hello.Head = [.. hello.Head.AsSpan(0, hello.Head.Length - 2), 2, 1, 0]);

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.3
    //= type=test
    //# A cipher suite MUST NOT be negotiated unless a header protection scheme is defined for
    //# the cipher suite.
    [Fact]
    public void Without_common_parameters_the_handshake_fails()
    {
        AssertAlert(TlsAlert.HandshakeFailure, static hello => hello.Head = [.. hello.Head.AsSpan(0, 35), 0, 2, 0x13, 0x05, 1, 0]);
        AssertAlert(TlsAlert.HandshakeFailure, static hello => hello[ExtensionType.SupportedGroups] = [0, 2, 0, 30]);
        AssertAlert(TlsAlert.HandshakeFailure, static hello => hello[ExtensionType.SignatureAlgorithms] = [0, 2, 8, 7]);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.1
    //= type=test
    //# When using ALPN, endpoints MUST immediately close a connection
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7
    //= type=test
    //# Endpoints MUST explicitly negotiate an application protocol.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.1
    //= type=test
    //# Unless another mechanism is used for agreeing on an application protocol, endpoints MUST
    //# use ALPN for this purpose.
    [Fact]
    public void Without_a_common_application_protocol_the_handshake_fails()
    {
        AssertAlert(TlsAlert.NoApplicationProtocol, static hello => hello.Remove(ExtensionType.ApplicationLayerProtocolNegotiation));
        AssertAlert(TlsAlert.NoApplicationProtocol, static hello => hello[ExtensionType.ApplicationLayerProtocolNegotiation] = [0, 3, 2, 1, 2]);
        Assert.Equal(0x178ul, TlsError.FromAlert(TlsAlert.NoApplicationProtocol, "").Code);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.2
    //= type=test
    //# endpoints that receive ClientHello or
    //# EncryptedExtensions messages without the quic_transport_parameters extension
    //# MUST close the connection with an error of type 0x016d
    [Theory]
    [InlineData((int)ExtensionType.QuicTransportParameters)]
    [InlineData((int)ExtensionType.SupportedGroups)]
    [InlineData((int)ExtensionType.KeyShare)]
    [InlineData((int)ExtensionType.SignatureAlgorithms)]
    public void A_missing_mandatory_extension_is_said_so(int type) =>
        Assert.Equal(0x16dul, AssertAlert(TlsAlert.MissingExtension, hello => hello.Remove((ExtensionType)type)).Code);

    [Fact]
    public void Psk_without_its_modes_is_refused() => AssertAlert(TlsAlert.MissingExtension, static hello =>
    {
        hello.Remove(ExtensionType.PskKeyExchangeModes);
        hello.Add((int)ExtensionType.PreSharedKey, 1);
    });

    [Fact]
    public void Early_data_without_a_ticket_is_refused() =>
        AssertAlert(TlsAlert.IllegalParameter, static hello => hello.Add((int)ExtensionType.EarlyData));

    [Fact]
    public void Extensions_after_pre_shared_key_are_refused() => AssertAlert(TlsAlert.IllegalParameter, static hello =>
    {
        hello.Add((int)ExtensionType.PreSharedKey, 1);
        hello.Add((int)ExtensionType.Padding, 0);
    });

    [Theory]
    [InlineData((int)ExtensionType.ServerName)]
    [InlineData((int)ExtensionType.SupportedGroups)]
    [InlineData((int)ExtensionType.SignatureAlgorithms)]
    [InlineData((int)ExtensionType.ApplicationLayerProtocolNegotiation)]
    [InlineData((int)ExtensionType.SupportedVersions)]
    [InlineData((int)ExtensionType.KeyShare)]
    public void A_byte_more_or_less_in_an_extension_is_a_decode_error(int type)
    {
        AssertAlert(TlsAlert.DecodeError, hello => hello[(ExtensionType)type] = [.. hello[(ExtensionType)type], 0]);
        AssertAlert(TlsAlert.DecodeError, hello => hello[(ExtensionType)type] = hello[(ExtensionType)type][..^1]);
        AssertAlert(TlsAlert.DecodeError, hello => hello[(ExtensionType)type] = []);
        AssertAlert(TlsAlert.IllegalParameter, hello => hello.Add(type, hello[(ExtensionType)type]));
    }

    [Fact]
    public void A_key_that_is_none_is_refused()
    {
        AssertAlert(TlsAlert.IllegalParameter, static hello => hello[ExtensionType.KeyShare] = [0, 36, 0, 29, 0, 32, .. new byte[32]]);
        AssertAlert(TlsAlert.IllegalParameter, static hello => hello[ExtensionType.KeyShare] = [0, 35, 0, 29, 0, 31, .. new byte[31]]);
        AssertAlert(TlsAlert.IllegalParameter, static hello => hello[ExtensionType.KeyShare] = [0, 69, 0, 23, 0, 65, 4, .. new byte[64]]);
        AssertAlert(TlsAlert.DecodeError, static hello => hello[ExtensionType.KeyShare] = [0, 4, 0, 29, 0, 0]);
    }

    [Fact]
    public void A_server_name_that_is_none_is_refused()
    {
        AssertAlert(TlsAlert.IllegalParameter, static hello => hello[ExtensionType.ServerName] = [0, 5, 0, 0, 2, 0xc3, 0xa4]);
        AssertAlert(TlsAlert.IllegalParameter, static hello => hello[ExtensionType.ServerName] = [0, 8, 0, 0, 1, 97, 0, 0, 1, 98]);
        AssertAlert(TlsAlert.DecodeError, static hello => hello[ExtensionType.ServerName] = [0, 3, 0, 0, 0]);
    }

    [Fact]
    public void A_second_hello_must_have_the_key_that_was_asked_for()
    {
        AssertRetriedAlert(static hello => hello[ExtensionType.KeyShare] = [0, 0]);
        AssertRetriedAlert(static hello => hello[ExtensionType.KeyShare] = [0, 36, 0, 29, 0, 32, 9, .. new byte[31]]);
        AssertRetriedAlert(static hello => hello.Add((int)ExtensionType.EarlyData));
        AssertRetriedAlert(static hello => hello.Head = [.. hello.Head.AsSpan(0, 35), 0, 2, 0x13, 0x03, 1, 0]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(20)]
    [InlineData(24)]
    [InlineData(99)]
    public void A_message_out_of_order_is_unexpected(byte type)
    {
        using var handshake = new Handshake();
        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, [type, 0, 0, 0]);
        Assert.Equal(TlsAlert.UnexpectedMessage, handshake.Server.Tls.Error!.Alert);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6
    //= type=test
    //# Endpoints MUST treat the receipt of a TLS KeyUpdate message as a connection
    //# error of type 0x010a
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.4
    //= type=test
    //# A server MUST NOT use post-handshake client authentication
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.4
    //= type=test
    //# servers MUST NOT send post-handshake TLS CertificateRequest messages
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6
    //= type=test
    //# Endpoints MUST NOT send a TLS KeyUpdate message.
    [Fact]
    public void Nothing_is_expected_after_the_handshake()
    {
        using var handshake = new Handshake();
        handshake.Run();
        handshake.AssertComplete();
        Assert.False(handshake.Server.Tls.TryGetOutput(out _, out _) || handshake.Client.Tls.TryGetOutput(out _, out _));
        handshake.Server.Tls.HandleInput(EncryptionLevel.OneRtt, [(byte)HandshakeType.KeyUpdate, 0, 0, 1, 0]);
        Assert.Equal(0x10aul, handshake.Server.Tls.Error!.Code);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.3
    //= type=test
    //# When TLS provides keys for a higher encryption level,
    //# if there is data from a previous encryption level that TLS has not consumed,
    //# this MUST be treated as a connection error of type PROTOCOL_VIOLATION.
    [Fact]
    public void Bytes_left_over_when_keys_change_are_a_violation()
    {
        using var handshake = new Handshake();
        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, [.. ClientHelloOf(handshake).ToMessage(), 1]);
        handshake.Server.Drain();
        Assert.Equal(0x0aul, handshake.Server.Tls.Error!.Code);
        Assert.Null(handshake.Server.Tls.Error.Alert);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.3
    //= type=test
    //# If the packet is from a previously installed encryption level, it MUST NOT contain data
    //# that extends past the end of previously received data in that flow.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.3
    //= type=test
    //# Implementations MUST treat any violations of this requirement as a connection error of
    //# type PROTOCOL_VIOLATION.
    [Fact]
    public void Bytes_of_another_level_are_a_violation()
    {
        using var handshake = new Handshake();
        handshake.Server.Tls.HandleInput(EncryptionLevel.Handshake, [1]);
        Assert.Equal(0x0aul, handshake.Server.Tls.Error!.Code);

        using var later = new Handshake();
        later.Server.Tls.HandleInput(EncryptionLevel.Initial, ClientHelloOf(later).ToMessage());
        later.Server.Drain();
        Assert.Null(later.Server.Tls.Error);
        later.Server.Tls.HandleInput(EncryptionLevel.Initial, [1]);
        Assert.Equal(0x0aul, later.Server.Tls.Error!.Code);
    }

    [Fact]
    public void A_message_that_would_be_too_long_is_refused_at_its_header()
    {
        using var handshake = new Handshake();
        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, [1, 1, 0, 1]);
        Assert.Equal(TlsAlert.IllegalParameter, handshake.Server.Tls.Error!.Alert);
    }

    [Fact]
    public void A_hello_of_64_KiB_is_taken() => AssertAccepted(static hello => hello.Add((int)ExtensionType.Padding, new byte[65_400 - hello.ToMessage().Length]));

    [Fact]
    public void What_waits_behind_a_question_is_bounded()
    {
        using var handshake = new Handshake();
        handshake.Server.IsSlow = true;
        handshake.Run();
        for (var i = 0; i < 64; i++)
        {
            handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, new byte[1024]);
            Assert.Null(handshake.Server.Tls.Error);
        }

        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, new byte[1024]);
        Assert.Equal(0x0dul, handshake.Server.Tls.Error!.Code);

        // The answer comes too late, and finds nothing that it could be an answer to.
        var question = Assert.Single(handshake.Server.Questions);
        Assert.False(handshake.Server.Tls.AnswerCredentials(question.Id, Handshake.Selection()));
        Assert.False(handshake.Server.Tls.Expire(question.Id));
    }

    [Fact]
    public void A_wrong_Finished_is_refused()
    {
        AssertFinished(TlsAlert.DecryptError, static finished => finished[10] ^= 1);
        AssertFinished(TlsAlert.DecodeError, static finished => [.. finished.AsSpan(0, 3), 31, .. finished.AsSpan(4, 31)]);
    }

    [Fact]
    public void A_protocol_of_ours_wins_over_the_clients_preference()
    {
        var selection = new ServerSelection([SslApplicationProtocol.Http3, new("hq-interop")], [TestCredentials.Ecdsa]);
        using var handshake = new Handshake(selection: selection);
        var hello = ClientHelloOf(handshake);
        hello[ExtensionType.ApplicationLayerProtocolNegotiation] = [0, 14, 10, .. "hq-interop"u8, 2, .. "h3"u8];
        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, hello.ToMessage());
        handshake.Server.Drain();
        Assert.Equal(SslApplicationProtocol.Http3, handshake.Server.Tls.ApplicationProtocol);
    }

    private static void AssertFinished(TlsAlert alert, Func<byte[], byte[]> change)
    {
        using var handshake = new Handshake();
        handshake.Deliver = (from, level, bytes) => from == handshake.Client && level == EncryptionLevel.Handshake ? [change(bytes)] : [bytes];
        handshake.Run();
        Assert.Equal(alert, handshake.Server.Tls.Error!.Alert);
        Assert.False(handshake.Server.Tls.IsComplete);
        Assert.DoesNotContain(EncryptionLevel.OneRtt, handshake.Server.ReadSecrets);
    }

    private static void AssertFinished(TlsAlert alert, Action<byte[]> change) => AssertFinished(alert, finished =>
    {
        change(finished);
        return finished;
    });

    private static void AssertAccepted(Action<Hello> change)
    {
        using var handshake = new Handshake();
        var hello = ClientHelloOf(handshake);
        change(hello);
        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, hello.ToMessage());
        handshake.Server.Drain();
        Assert.Null(handshake.Server.Tls.Error?.Reason);
        Assert.Contains(EncryptionLevel.OneRtt, handshake.Server.WriteSecrets);
    }

    private static TlsError AssertAlert(TlsAlert alert, Action<Hello> change)
    {
        using var handshake = new Handshake();
        var hello = ClientHelloOf(handshake);
        change(hello);
        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, hello.ToMessage());
        handshake.Server.Drain();
        Assert.Equal(alert, handshake.Server.Tls.Error?.Alert);
        Assert.Equal(TlsEventKind.Failed, handshake.Server.Events[^1]);
        Assert.False(handshake.Server.Tls.TryGetOutput(out _, out _));
        return handshake.Server.Tls.Error!;
    }

    private static void AssertRetriedAlert(Action<Hello> change)
    {
        using var handshake = new Handshake(serverOptions: new HandshakeOptions { Groups = [NamedGroup.Secp256r1] });
        var hellos = 0;
        handshake.Deliver = (from, level, bytes) =>
        {
            if (from != handshake.Client || level != EncryptionLevel.Initial || hellos++ == 0)
            {
                return [bytes];
            }

            var hello = Hello.Read(bytes);
            change(hello);
            return [hello.ToMessage()];
        };
        handshake.Run();
        Assert.Equal(TlsAlert.IllegalParameter, handshake.Server.Tls.Error?.Alert);
    }

    private static Hello ClientHelloOf(Handshake handshake)
    {
        Assert.True(handshake.Client.Tls.TryGetOutput(out _, out var bytes));
        return Hello.Read(bytes.Span);
    }
}
