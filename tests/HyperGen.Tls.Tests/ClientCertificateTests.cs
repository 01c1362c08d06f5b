using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls.Tests;

public sealed class ClientCertificateTests
{
    private static readonly ServerSelection _requests = Handshake.Selection() with { ClientCertificates = ClientCertificates.Request };
    private static readonly ServerSelection _requires = Handshake.Selection() with { ClientCertificates = ClientCertificates.Require };

    [Theory]
    [ClassData(typeof(Providers))]
    public void Every_kind_of_key_proves_who_the_client_is(string provider)
    {
        foreach (var credential in TestCredentials.All.Where(credential => Providers.Get(provider).IsSupported(credential.SignatureSchemes[0])))
        {
            using var handshake = new Handshake(Handshake.With(provider), Handshake.With(provider), selection: _requires, client: Handshake.Options(credential));
            handshake.Run();
            handshake.AssertComplete();
            Assert.Equal(credential.Chain[0], Assert.Single(handshake.Server.Tls.PeerCertificates).ToArray());
            Assert.Null(Assert.Single(handshake.Server.Questions.OfType<VerifyChainQuestion>()).ServerName);
            Assert.Equal(TestCredentials.Ecdsa.Chain[0], handshake.Client.Tls.PeerCertificates[0].ToArray());
        }
    }

    [Fact]
    public void A_client_without_a_certificate_is_served_where_it_is_only_requested()
    {
        using var handshake = new Handshake(selection: _requests);
        handshake.Run();
        handshake.AssertComplete();
        Assert.Empty(handshake.Server.Tls.PeerCertificates);
        Assert.DoesNotContain(handshake.Server.Questions, static question => question is VerifyChainQuestion);
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.3
    //= type=test
    //# handshake with a "certificate_required" alert.
    [Fact]
    public void A_client_without_a_certificate_is_refused_where_it_is_required()
    {
        using var handshake = new Handshake(selection: _requires);
        handshake.Run();
        Assert.Equal(TlsAlert.CertificateRequired, handshake.Server.Tls.Error!.Alert);
        Assert.False(handshake.Server.Tls.IsComplete);
    }

    [Fact]
    public void A_certificate_that_the_server_cannot_verify_is_not_sent()
    {
        var server = new HandshakeOptions { SignatureSchemes = [SignatureScheme.RsaPssRsaeSha384] };
        using var handshake = new Handshake(serverOptions: server, selection: _requests, client: Handshake.Options(TestCredentials.Ecdsa));
        handshake.Run();
        handshake.AssertComplete();
        Assert.Empty(handshake.Server.Tls.PeerCertificates);

        using var second = new Handshake(serverOptions: server, selection: _requires, client: Handshake.Options(TestCredentials.Ecdsa, TestCredentials.Rsa));
        second.Run();
        second.AssertComplete();
        Assert.Equal(TestCredentials.Rsa.Chain[0], second.Server.Tls.PeerCertificates[0].ToArray());
        Assert.Equal(SignatureScheme.RsaPssRsaeSha384, second.Client.Questions.OfType<SignQuestion>().Single().Scheme);
    }

    [Fact]
    public void A_chain_that_is_refused_ends_the_handshake_with_the_verifiers_alert()
    {
        using var handshake = new Handshake(selection: _requires, client: Handshake.Options(TestCredentials.Ecdsa));
        handshake.Server.Leaves = typeof(VerifyChainQuestion);
        handshake.Run();
        handshake.Server.Tls.Refuse(handshake.Server.Questions.OfType<VerifyChainQuestion>().Single().Id, TlsAlert.UnknownCa, "Nobody vouches for it.");
        Assert.Equal(0x130ul, handshake.Server.Tls.Error!.Code);
        Assert.Empty(handshake.Server.Tls.PeerCertificates);
    }

    [Theory]
    [InlineData((byte)HandshakeType.CertificateVerify, -1, TlsAlert.DecryptError)]
    [InlineData((byte)HandshakeType.CertificateVerify, 5, TlsAlert.IllegalParameter)]
    [InlineData((byte)HandshakeType.CertificateVerify, 7, TlsAlert.DecodeError)]
    [InlineData((byte)HandshakeType.Certificate, 4, TlsAlert.DecodeError)]
    [InlineData((byte)HandshakeType.Certificate, 20, TlsAlert.BadCertificate)]
    [InlineData((byte)HandshakeType.Finished, 10, TlsAlert.DecryptError)]
    public void A_changed_message_has_its_alert(byte type, int position, object alert)
    {
        using var handshake = new Handshake(selection: _requires, client: Handshake.Options(TestCredentials.Ecdsa));
        handshake.Deliver = (from, level, bytes) =>
        {
            if (from == handshake.Client && level == EncryptionLevel.Handshake)
            {
                for (var start = 0; start < bytes.Length; start += 4 + (bytes[start + 2] << 8) + bytes[start + 3])
                {
                    if (bytes[start] == type)
                    {
                        var length = 4 + (bytes[start + 2] << 8) + bytes[start + 3];
                        bytes[position < 0 ? start + length + position : start + position] ^= 0x41;
                    }
                }
            }

            return [bytes];
        };
        handshake.Run();
        Assert.Equal((TlsAlert)alert, handshake.Server.Tls.Error?.Alert);
    }

    [Fact]
    public void A_certificate_that_was_not_asked_for_is_unexpected()
    {
        using var handshake = new Handshake();
        handshake.Deliver = (from, level, bytes) => from == handshake.Client && level == EncryptionLevel.Handshake ? [Certificate.Encode([]).ToArray(), bytes] : [bytes];
        handshake.Run();
        Assert.Equal(TlsAlert.UnexpectedMessage, handshake.Server.Tls.Error!.Alert);
    }

    [Fact]
    public void The_clients_signature_may_take_its_time()
    {
        using var handshake = new Handshake(selection: _requires, client: Handshake.Options(TestCredentials.Rsa));
        handshake.Client.Leaves = typeof(SignQuestion);
        handshake.Run();
        Assert.False(handshake.Client.Tls.IsComplete);
        Assert.DoesNotContain(EncryptionLevel.OneRtt, handshake.Client.WriteSecrets);
        handshake.Client.Answer(handshake.Client.Questions[^1]);
        handshake.Run();
        handshake.AssertComplete();
    }

    [Fact]
    public void Where_certificates_are_asked_for_sessions_are_not_resumed()
    {
        using var tickets = new TicketKeys(CryptoProvider.Default, new Random(5).NextBytes);
        tickets.Rotate(new byte[TicketKeys.SecretLength]);
        using var first = new Handshake(tickets: tickets);
        first.Run();
        Assert.True(first.Server.Tls.TryIssueTicket(default, [], allowsEarlyData: true));
        first.Run();
        using var session = Assert.Single(first.Client.Sessions);
        var options = new ClientOptions
        {
            ServerName = "h3.test",
            ApplicationProtocols = Handshake.Options().ApplicationProtocols,
            TransportParameters = Handshake.ClientParameters,
            KeepsSessions = true,
            Session = session,
            SendsEarlyData = true,
            Credentials = [TestCredentials.Ecdsa],
        };
        using var second = new Handshake(seed: 2, tickets: tickets, selection: _requires, client: options);
        second.Run();
        second.AssertComplete();
        Assert.False(second.Server.Tls.IsResumed);
        Assert.False(second.Client.Tls.IsResumed);
        Assert.Equal(EarlyDataState.Rejected, second.Client.Tls.EarlyData);
        Assert.NotEmpty(second.Server.Tls.PeerCertificates);
        Assert.False(second.Server.Tls.TryIssueTicket(default, [], allowsEarlyData: true));
    }

    [Fact]
    public void Changed_bytes_never_throw()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            using var handshake = new Handshake(seed: seed, selection: _requires, client: Handshake.Options(TestCredentials.Ecdsa));
            handshake.Deliver = (from, level, bytes) =>
            {
                if (from == handshake.Client && level == EncryptionLevel.Handshake)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                return bytes.Chunk(random.Next(1, bytes.Length + 1));
            };
            handshake.Run();
            Assert.False(handshake.Server.Tls.IsComplete, $"seed {seed}");
        }
    }
}
