using System.Net.Security;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls.Tests;

public sealed class ResumptionTests
{
    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.6
    //= type=test
    //# A client therefore MUST NOT use 0-RTT for application data unless specifically requested
    //# by the application that is in use.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-9.2
    //= type=test
    //# These MUST NOT be used to communicate application semantics between endpoints; clients
    //# MUST treat them as opaque values.
    [Theory]
    [ClassData(typeof(Providers))]
    public void A_ticket_resumes_a_session_without_a_certificate(string provider)
    {
        var options = Handshake.With(provider);
        using var tickets = Sessions.Tickets(options.Crypto);
        using var session = Sessions.GetSession(options, tickets);
        using var handshake = Sessions.Resume(options, tickets, session, Sessions.Start.AddMinutes(10));
        handshake.Run();
        handshake.AssertComplete();
        Assert.True(handshake.Client.Tls.IsResumed);
        Assert.True(handshake.Server.Tls.IsResumed);
        Assert.Equal([typeof(SelectCredentialsQuestion)], handshake.Server.Questions.Select(static question => question.GetType()));
        Assert.Empty(handshake.Client.Questions);
        Assert.DoesNotContain(TlsEventKind.EarlyDataRejected, handshake.Client.Events);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void Every_suite_resumes(string provider)
    {
        foreach (var suite in HandshakeOptions.Default.CipherSuites.Where(suite => Providers.Get(provider).IsSupported(suite.Aead)))
        {
            var options = new HandshakeOptions { Crypto = Providers.Get(provider), CipherSuites = [suite] };
            using var tickets = Sessions.Tickets(options.Crypto);
            using var session = Sessions.GetSession(options, tickets);
            using var handshake = Sessions.Resume(options, tickets, session, Sessions.Start, earlyData: true);
            handshake.Run();
            handshake.AssertComplete();
            AssertEarlyData(handshake);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.1
    //= type=test
    //# Servers MUST NOT send the early_data extension with a max_early_data_size field set to
    //# any value other than 0xffffffff.
    [Fact]
    public void Early_data_has_keys_of_its_own_once_it_is_admitted()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start.AddSeconds(5), earlyData: true);
        handshake.Run();
        handshake.AssertComplete();
        AssertEarlyData(handshake);
        var question = Assert.Single(handshake.Server.Questions.OfType<AdmitEarlyDataQuestion>());
        Assert.Equal(Sessions.State, question.ApplicationState.ToArray());
        Assert.Equal(32, question.Binder.Length);
        Assert.Equal(Handshake.ServerParameters, question.TransportParameters.ToArray());
        Assert.Equal(Sessions.Start.ToUnixTimeMilliseconds(), question.IssuedAt);
        Assert.Equal(Handshake.ServerParameters, session.TransportParameters.ToArray());
        Assert.Equal(TlsEventKind.WriteSecret, handshake.Client.Events[0]);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.3
    //= type=test
    //# Clients MUST NOT send the EndOfEarlyData message.
    [Fact]
    public void A_client_does_not_say_where_its_early_data_ends()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start.AddSeconds(5), earlyData: true);
        var types = new List<(EncryptionLevel, HandshakeType)>();
        handshake.Deliver = (from, level, bytes) =>
        {
            if (from == handshake.Client)
            {
                types.Add((level, (HandshakeType)bytes[0]));
                Assert.Equal(bytes.Length, 4 + (bytes[1] << 16) + (bytes[2] << 8) + bytes[3]);
            }

            return [bytes];
        };
        handshake.Run();
        handshake.AssertComplete();
        Assert.Equal(EarlyDataState.Accepted, handshake.Client.Tls.EarlyData);
        Assert.Equal([(EncryptionLevel.Initial, HandshakeType.ClientHello), (EncryptionLevel.Handshake, HandshakeType.Finished)], types);
    }

    [Fact]
    public void Early_data_is_not_admitted_when_the_answer_is_late()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true);
        handshake.Server.IsSlow = true;
        handshake.Run();
        handshake.Server.Answer(handshake.Server.Questions.Single());
        handshake.Server.Drain();
        Assert.True(handshake.Server.Tls.Expire(Assert.IsType<AdmitEarlyDataQuestion>(handshake.Server.Questions[^1]).Id));
        handshake.Server.IsSlow = false;
        AssertRejected(handshake, resumed: true);
    }

    //= https://www.rfc-editor.org/rfc/rfc9369#section-5
    //= type=test
    //# Servers MUST validate the originating version of any session ticket or
    //# token and not accept one issued from a different version.
    [Theory]
    [InlineData(1u, 1u, true)]
    [InlineData(2u, 1u, false)]
    [InlineData(1u, 2u, false)]
    [InlineData(2u, 2u, true)]
    public void A_ticket_is_good_for_the_QUIC_version_it_was_issued_on(uint issuedOn, uint presentedOn, bool isResumed)
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets, issuedOn);
        Assert.Equal(issuedOn, session.QuicVersion);

        // A client of ours does not even offer it; one that does is refused.
        using var honest = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, version: presentedOn);
        honest.Server.Tls.QuicVersion = presentedOn;
        honest.Run();
        honest.AssertComplete();
        Assert.Equal(isResumed, honest.Client.Tls.IsResumed);

        using var dishonest = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true, version: issuedOn);
        dishonest.Server.Tls.QuicVersion = presentedOn;
        dishonest.Run();
        dishonest.AssertComplete();
        Assert.Equal(isResumed, dishonest.Server.Tls.IsResumed);
        Assert.Equal(isResumed ? EarlyDataState.Accepted : EarlyDataState.Rejected, dishonest.Server.Tls.EarlyData);
        Assert.Equal(dishonest.Server.Tls.EarlyData, dishonest.Client.Tls.EarlyData);
    }

    [Fact]
    public void Early_data_that_is_not_admitted_is_rejected_and_the_session_resumed()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start.AddSeconds(5), earlyData: true);
        handshake.Server.AdmitsEarlyData = false;
        AssertRejected(handshake, resumed: true);
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
    //= type=test
    //# For PSKs provisioned via NewSessionTicket, a server MUST validate that
    //# the ticket age for the selected PSK identity
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-9.2
    //= type=test
    //# Endpoints MUST implement and use the replay protections described in [TLS13]
    [Fact]
    public void Early_data_of_a_stale_hello_is_rejected()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start.AddSeconds(5), earlyData: true, serverNow: Sessions.Start.AddSeconds(16));
        AssertRejected(handshake, resumed: true);
    }

    [Fact]
    public void Early_data_under_another_suite_is_rejected()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(new HandshakeOptions { CipherSuites = [CipherSuite.ChaCha20Poly1305Sha256] }, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true);
        AssertRejected(handshake, resumed: true);
        Assert.Same(CipherSuite.Aes128GcmSha256, handshake.Server.Tls.Suite);
    }

    [Fact]
    public void Early_data_is_rejected_by_a_server_that_wants_another_key()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        var server = new HandshakeOptions { Groups = [NamedGroup.Secp256r1] };
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true, serverOptions: server);
        AssertRejected(handshake, resumed: true);
    }

    [Fact]
    public void A_session_of_another_hash_is_passed_over()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(new HandshakeOptions { CipherSuites = [CipherSuite.Aes256GcmSha384] }, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true);
        AssertRejected(handshake, resumed: false);
    }

    [Fact]
    public void A_session_of_another_hash_is_passed_over_after_a_retry()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(new HandshakeOptions { CipherSuites = [CipherSuite.Aes256GcmSha384] }, tickets);
        var server = new HandshakeOptions { Groups = [NamedGroup.Secp256r1] };
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, serverOptions: server);
        handshake.Run();
        handshake.AssertComplete();
        Assert.False(handshake.Client.Tls.IsResumed);
    }

    [Fact]
    public void An_old_ticket_is_not_offered_by_the_client_nor_taken_by_the_server()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        foreach (var (client, server) in ((DateTimeOffset, DateTimeOffset)[])[(Sessions.Start.AddHours(3), Sessions.Start), (Sessions.Start.AddHours(1), Sessions.Start.AddHours(3))])
        {
            using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, client, serverNow: server);
            handshake.Run();
            handshake.AssertComplete();
            Assert.False(handshake.Server.Tls.IsResumed);
        }
    }

    [Fact]
    public void Tickets_survive_two_rotations()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        for (var rotation = 1; rotation <= 3; rotation++)
        {
            tickets.Rotate([.. Enumerable.Repeat((byte)rotation, 32)]);
            using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start);
            handshake.Run();
            handshake.AssertComplete();
            Assert.Equal(rotation < 3, handshake.Server.Tls.IsResumed);
        }
    }

    [Fact]
    public void Another_server_with_the_same_secret_takes_the_ticket()
    {
        using var tickets = Sessions.Tickets();
        using var others = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, others, session, Sessions.Start);
        handshake.Run();
        handshake.AssertComplete();
        Assert.True(handshake.Server.Tls.IsResumed);
    }

    [Fact]
    public void A_session_resumed_gives_the_next_ticket_until_the_certificate_is_due_again()
    {
        using var tickets = Sessions.Tickets();
        var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        var now = Sessions.Start;
        var resumptions = 0;
        while (resumptions < 200)
        {
            now = now.AddMinutes(100);
            using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, now);
            handshake.Run();
            handshake.AssertComplete();
            if (!handshake.Server.Tls.IsResumed)
            {
                break;
            }

            resumptions++;
            session.Dispose();
            session = Sessions.TakeTicket(handshake, now);
        }

        session.Dispose();
        Assert.Equal((int)(TimeSpan.FromDays(7) / TimeSpan.FromMinutes(100)), resumptions);
    }

    [Fact]
    public void A_wrong_binder_is_refused()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        AssertChanged(session, tickets, TlsAlert.DecryptError, static psk => psk[^1] ^= 1);
        AssertChanged(session, tickets, null, static psk => psk[10] ^= 1);
        AssertChanged(session, tickets, null, static psk => psk[60] ^= 1);
        AssertChanged(session, tickets, TlsAlert.DecodeError, static psk => psk[1] ^= 1);
        AssertChanged(session, tickets, TlsAlert.DecodeError, static psk => psk[^33] ^= 1);
    }

    [Fact]
    public void Changed_tickets_and_binders_never_throw()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true);
            handshake.Deliver = (from, _, bytes) =>
            {
                if (from == handshake.Client && bytes[0] == (byte)HandshakeType.ClientHello)
                {
                    bytes[bytes.Length - 1 - random.Next(200)] ^= (byte)(1 << random.Next(8));
                }

                return [bytes];
            };
            handshake.Run();
            Assert.False(handshake.Server.Tls.IsComplete, $"seed {seed}");
        }
    }

    [Fact]
    public void A_client_that_keeps_no_sessions_gets_no_ticket()
    {
        using var tickets = Sessions.Tickets();
        var client = new ClientOptions
        {
            ServerName = "h3.test",
            ApplicationProtocols = [SslApplicationProtocol.Http3],
            TransportParameters = Handshake.ClientParameters,
        };
        using var handshake = new Handshake(tickets: tickets, now: Sessions.Start, client: client);
        handshake.Run();
        handshake.AssertComplete();
        Assert.False(handshake.Server.Tls.TryIssueTicket(Sessions.Start, Sessions.State, allowsEarlyData: true));
    }

    [Fact]
    public void Without_ticket_keys_no_ticket_is_issued()
    {
        using var handshake = new Handshake();
        handshake.Run();
        Assert.False(handshake.Server.Tls.TryIssueTicket(Sessions.Start, [], true));
        Assert.False(handshake.Server.Tls.TryGetOutput(out _, out _));
    }

    [Fact]
    public void A_ticket_before_the_end_of_the_handshake_is_misuse()
    {
        using var tickets = Sessions.Tickets();
        using var server = new ServerHandshake(HandshakeOptions.Default, static destination => destination.Fill(1), tickets, Sessions.Start);
        Assert.Throws<InvalidOperationException>(() => server.TryIssueTicket(Sessions.Start, [], false));
        using var empty = new TicketKeys(CryptoProvider.Default, static destination => destination.Fill(1));
        Assert.Throws<InvalidOperationException>(() => empty.Seal([]));
    }

    private static void AssertChanged(ClientSession session, TicketKeys tickets, TlsAlert? alert, Action<byte[]> change)
    {
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start);
        handshake.Deliver = (from, _, bytes) =>
        {
            if (from != handshake.Client || bytes[0] != (byte)HandshakeType.ClientHello)
            {
                return [bytes];
            }

            var hello = Hello.Read(bytes);
            change(hello[ExtensionType.PreSharedKey]);
            return [hello.ToMessage()];
        };
        handshake.Run();
        Assert.Equal(alert, handshake.Server.Tls.Error?.Alert);
        Assert.False(handshake.Server.Tls.IsResumed);
    }

    private static void AssertEarlyData(Handshake handshake)
    {
        Assert.Equal(handshake.Client.WriteSecrets[EncryptionLevel.EarlyData], handshake.Server.ReadSecrets[EncryptionLevel.EarlyData]);
        Assert.DoesNotContain(TlsEventKind.EarlyDataRejected, handshake.Client.Events);
        Assert.Equal(EarlyDataState.Accepted, handshake.Client.Tls.EarlyData);
        Assert.Equal(EarlyDataState.Accepted, handshake.Server.Tls.EarlyData);
    }

    private static void AssertRejected(Handshake handshake, bool resumed)
    {
        handshake.Run();
        handshake.AssertComplete();
        Assert.Contains(EncryptionLevel.EarlyData, handshake.Client.WriteSecrets);
        Assert.DoesNotContain(EncryptionLevel.EarlyData, handshake.Server.ReadSecrets);
        Assert.Single(handshake.Client.Events, TlsEventKind.EarlyDataRejected);
        Assert.Equal(EarlyDataState.Rejected, handshake.Client.Tls.EarlyData);
        Assert.Equal(EarlyDataState.Rejected, handshake.Server.Tls.EarlyData);
        Assert.Equal(resumed, handshake.Client.Tls.IsResumed);
        Assert.Equal(resumed, handshake.Server.Tls.IsResumed);
    }
}
