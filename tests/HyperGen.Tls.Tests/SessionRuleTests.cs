using System.Net.Security;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls.Tests;

/// <summary>What a server takes a ticket for and what it does not, whatever the client makes of it, and the same the other way round.</summary>
public sealed class SessionRuleTests
{
    [Theory]
    [InlineData(-11, false)]
    [InlineData(-9, true)]
    [InlineData(7199, true)]
    [InlineData(7201, false)]
    public void A_ticket_is_good_from_when_it_was_issued_until_its_life_is_over(int serverSeconds, bool isResumed)
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, serverNow: Sessions.Start.AddSeconds(serverSeconds));
        handshake.Run();
        handshake.AssertComplete();
        Assert.Equal(isResumed, handshake.Server.Tls.IsResumed);
    }

    [Fact]
    public void A_ticket_is_good_for_the_name_it_was_issued_for()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        foreach (var (name, isResumed) in ((string, bool)[])[("H3.Test", true), ("other.test", false)])
        {
            using var retold = Sessions.Retold(session, name);
            using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, retold, Sessions.Start, serverName: name);
            handshake.Run();
            Assert.True(handshake.Server.Tls.IsComplete);
            Assert.Equal(isResumed, handshake.Server.Tls.IsResumed);
            Assert.Equal(name, handshake.Server.Tls.ServerName);
        }

        using var honest = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, serverName: "other.test");
        Assert.False(Offers(HelloOf(honest), ExtensionType.PreSharedKey));
    }

    [Fact]
    public void A_session_of_a_suite_that_is_not_offered_is_passed_over()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(new HandshakeOptions { CipherSuites = [CipherSuite.ChaCha20Poly1305Sha256] }, tickets, session, Sessions.Start);
        Assert.False(Offers(HelloOf(handshake), ExtensionType.PreSharedKey));
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
    //= type=test
    //# The server MUST generate a fresh value for each ticket it sends.
    [Fact]
    public void Each_ticket_of_a_connection_is_another()
    {
        using var tickets = Sessions.Tickets();
        using var handshake = new Handshake(tickets: tickets, now: Sessions.Start);
        handshake.Run();
        var sessions = Enumerable.Range(0, 4).Select(_ => Sessions.TakeTicket(handshake, Sessions.Start)).ToList();
        Assert.Equal(4, sessions.DistinctBy(static session => Convert.ToHexString(session.Psk)).Count());
        Assert.Equal(4, sessions.DistinctBy(static session => session.AgeAdd).Count());
        Assert.Equal(4, sessions.DistinctBy(static session => Convert.ToHexString(session.Ticket.Span)).Count());
        foreach (var session in sessions)
        {
            using var resumed = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start);
            resumed.Run();
            Assert.True(resumed.Server.Tls.IsResumed);
            session.Dispose();
        }
    }

    [Fact]
    public void A_connection_has_255_tickets_and_no_nonce_twice()
    {
        using var tickets = Sessions.Tickets();
        using var handshake = new Handshake(tickets: tickets, now: Sessions.Start);
        handshake.Run();
        for (var i = 0; i < 255; i++)
        {
            Assert.True(handshake.Server.Tls.TryIssueTicket(Sessions.Start, [], allowsEarlyData: false));
        }

        Assert.False(handshake.Server.Tls.TryIssueTicket(Sessions.Start, [], allowsEarlyData: false));
        handshake.Run();
        Assert.Equal(255, handshake.Client.Sessions.DistinctBy(static session => Convert.ToHexString(session.Psk)).Count());
    }

    [Fact]
    public void A_ticket_holds_16_KiB_for_HTTP_3()
    {
        using var tickets = Sessions.Tickets();
        using var handshake = new Handshake(tickets: tickets, now: Sessions.Start);
        handshake.Run();
        Assert.Throws<ArgumentOutOfRangeException>(() => handshake.Server.Tls.TryIssueTicket(Sessions.Start, new byte[16_385], allowsEarlyData: true));
        Assert.True(handshake.Server.Tls.TryIssueTicket(Sessions.Start, new byte[16_384], allowsEarlyData: true));
        handshake.Run();
        using var session = Assert.Single(handshake.Client.Sessions);
        session.ReceivedAt = Sessions.Start;
        using var resumed = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true);
        resumed.Run();
        resumed.AssertComplete();
        Assert.Equal(16_384, Assert.Single(resumed.Server.Questions.OfType<AdmitEarlyDataQuestion>()).ApplicationState.Length);
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
    //= type=test
    //# Servers MUST NOT use any value greater than 604800 seconds (7 days).
    [Fact]
    public void No_ticket_lives_longer_than_a_week()
    {
        foreach (var lifetime in (TimeSpan[])[TimeSpan.FromSeconds(604_801), TimeSpan.Zero, TimeSpan.FromSeconds(-1)])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new TicketKeys(HandshakeOptions.Default.Crypto, Random.Shared.NextBytes) { Lifetime = lifetime });
        }

        using var week = new TicketKeys(HandshakeOptions.Default.Crypto, Random.Shared.NextBytes) { Lifetime = TimeSpan.FromDays(7) };
        Assert.Equal(TimeSpan.FromDays(7), week.Lifetime);
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
    //= type=test
    //# Clients MUST NOT use tickets for longer than
    //# 7 days after issuance, regardless of the ticket_lifetime
    //
    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
    //= type=test
    //# The value of zero indicates that the ticket should be discarded
    //# immediately.
    //
    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
    //= type=test
    //# Clients which receive a NewSessionTicket message but do
    //# not support resumption MUST silently ignore this message.
    [Theory]
    [InlineData(604_799u, true, 604_799)]
    [InlineData(uint.MaxValue, true, 604_800)]
    [InlineData(0u, true, null)]
    [InlineData(100u, false, null)]
    public void A_client_keeps_a_ticket_for_a_week_at_most(uint stated, bool keepsSessions, int? seconds)
    {
        using var handshake = new Handshake(client: new ClientOptions
        {
            ServerName = "h3.test",
            ApplicationProtocols = [SslApplicationProtocol.Http3],
            TransportParameters = Handshake.ClientParameters,
            KeepsSessions = keepsSessions,
        });
        handshake.Run();
        handshake.AssertComplete();
        var ticket = new MessageWriter(64);
        new NewSessionTicket { LifetimeSeconds = stated, Nonce = [1], Ticket = [2] }.Write(ticket);
        handshake.Client.Tls.HandleInput(EncryptionLevel.OneRtt, ticket.From(0));
        handshake.Client.Drain();
        Assert.Null(handshake.Client.Tls.Error);
        Assert.Equal(seconds, (int?)handshake.Client.Sessions.SingleOrDefault()?.Lifetime.TotalSeconds);
    }

    [Fact]
    public void A_key_without_a_fresh_exchange_is_not_taken()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start);
        ChangeHello(handshake, static hello => hello[ExtensionType.PskKeyExchangeModes] = [2, 0, 0x0b]);
        handshake.Run();

        // The change has spoilt the binder: that it does not matter shows that the key was passed over.
        Assert.Null(handshake.Server.Tls.Error?.Reason);
        Assert.Single(handshake.Server.Questions.OfType<SignQuestion>());
    }

    [Fact]
    public void Early_data_is_offered_and_read_only_when_the_ticket_allows_it()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets, allowsEarlyData: false);
        using var honest = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true);
        Assert.False(Offers(HelloOf(honest), ExtensionType.EarlyData));
        Assert.Equal(EarlyDataState.None, honest.Client.Tls.EarlyData);

        using var retold = Sessions.Retold(session, allowsEarlyData: true);
        using var dishonest = Sessions.Resume(HandshakeOptions.Default, tickets, retold, Sessions.Start, earlyData: true);
        dishonest.Run();
        dishonest.AssertComplete();
        Assert.True(dishonest.Server.Tls.IsResumed);
        Assert.Equal(EarlyDataState.Rejected, dishonest.Server.Tls.EarlyData);
        Assert.Empty(dishonest.Server.Questions.OfType<AdmitEarlyDataQuestion>());
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
    //= type=test
    //# In addition,
    //# it MUST verify that the following values are the same as those
    //# associated with the selected PSK
    [Fact]
    public void Early_data_is_offered_and_read_only_for_the_protocol_of_the_ticket()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var honest = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true, protocols: "other");
        Assert.False(Offers(HelloOf(honest), ExtensionType.EarlyData));

        var selection = Handshake.Selection() with { ApplicationProtocols = [new SslApplicationProtocol("other")] };
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true, selection: selection, protocols: ["h3", "other"]);
        handshake.Run();
        Assert.True(handshake.Client.Tls.IsComplete && handshake.Client.Tls.IsResumed);
        Assert.Equal(EarlyDataState.Rejected, handshake.Client.Tls.EarlyData);
        Assert.Empty(handshake.Server.Questions.OfType<AdmitEarlyDataQuestion>());
    }

    [Fact]
    public void A_question_says_until_when_its_hello_is_fresh()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start.AddSeconds(5), earlyData: true, serverNow: Sessions.Start.AddSeconds(8));
        handshake.Run();
        var question = Assert.Single(handshake.Server.Questions.OfType<AdmitEarlyDataQuestion>());
        Assert.Equal(Sessions.Start.AddSeconds(15).ToUnixTimeMilliseconds(), question.FreshUntil);
    }

    /// <summary>Early data that the server says it reads though it cannot: it was sealed for another suite, or with a key the server did not take.</summary>
    [Theory]
    [InlineData("suite", TlsAlert.IllegalParameter)]
    [InlineData("full handshake", TlsAlert.IllegalParameter)]
    [InlineData("retry", TlsAlert.UnsupportedExtension)]
    internal void A_server_that_accepts_early_data_under_other_parameters_is_refused(string difference, TlsAlert alert)
    {
        using var tickets = Sessions.Tickets();
        using var others = Sessions.Tickets();
        others.Rotate(new byte[32]);
        others.Rotate(new byte[32]);
        others.Rotate(new byte[32]);
        var suites = difference == "suite" ? new HandshakeOptions { CipherSuites = [CipherSuite.ChaCha20Poly1305Sha256] } : HandshakeOptions.Default;
        using var session = Sessions.GetSession(suites, tickets);
        using var handshake = Sessions.Resume(
            HandshakeOptions.Default,
            difference == "full handshake" ? others : tickets,
            session,
            Sessions.Start,
            earlyData: true,
            serverOptions: difference == "retry" ? new HandshakeOptions { Groups = [NamedGroup.Secp256r1] } : null);
        ChangeExtensions(handshake, static extensions => extensions.Add((int)ExtensionType.EarlyData));
        handshake.Run();
        Assert.Equal(alert, handshake.Client.Tls.Error?.Alert);
    }

    [Fact]
    public void A_retry_rejects_early_data_at_once()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        var server = new HandshakeOptions { Groups = [NamedGroup.Secp256r1] };
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true, serverOptions: server);
        handshake.Run();
        handshake.AssertComplete();
        var events = handshake.Client.Events;
        Assert.InRange(events.IndexOf(TlsEventKind.EarlyDataRejected), 0, events.IndexOf(TlsEventKind.ReadSecret));
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11
    //= type=test
    //# Clients MUST verify that the server's selected_identity is within the
    //# range supplied by the client, that the server selected a cipher suite
    //# indicating a Hash associated with the PSK
    [Fact]
    public void A_server_that_takes_another_key_than_was_offered_is_refused()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        foreach (var change in (Action<Hello>[])[static hello => hello[ExtensionType.PreSharedKey] = [0, 1], static hello => hello.Head[36] = 2])
        {
            using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start);
            handshake.Deliver = (from, level, bytes) => from == handshake.Server && level == EncryptionLevel.Initial ? [Change(bytes, change)] : [bytes];
            handshake.Run();
            Assert.Equal(TlsAlert.IllegalParameter, handshake.Client.Tls.Error?.Alert);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.2
    //= type=test
    //# In that case, the client MUST send the same
    //# ClientHello without modification, except as follows
    //
    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.4
    //= type=test
    //# the client SHOULD NOT offer
    //# any pre-shared keys associated with a hash other than that of the
    //# selected cipher suite.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_second_hello_differs_only_where_it_may(bool isOtherHash)
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(isOtherHash ? new HandshakeOptions { CipherSuites = [CipherSuite.Aes256GcmSha384] } : HandshakeOptions.Default, tickets);
        var server = new HandshakeOptions { Groups = [NamedGroup.Secp256r1] };
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true, serverOptions: server, keepsSessions: false);
        var hellos = new List<Hello>();
        handshake.Deliver = (from, level, bytes) =>
        {
            if (from == handshake.Client && level == EncryptionLevel.Initial)
            {
                hellos.Add(Hello.Read(bytes));
            }

            return [bytes];
        };
        handshake.Run();
        handshake.AssertComplete();
        Assert.Equal(2, hellos.Count);
        Assert.Equal(hellos[0].Head, hellos[1].Head);
        ushort[] dropped = isOtherHash ? [(ushort)ExtensionType.EarlyData, (ushort)ExtensionType.PreSharedKey] : [(ushort)ExtensionType.EarlyData];
        ushort[] changed = [(ushort)ExtensionType.KeyShare, (ushort)ExtensionType.PreSharedKey];
        Assert.Equal(
            hellos[0].Extensions.Where(extension => !dropped.Contains(extension.Type)).Select(static extension => extension.Type),
            hellos[1].Extensions.Select(static extension => extension.Type));
        foreach (var (type, body) in hellos[1].Extensions.Where(extension => !changed.Contains(extension.Type)))
        {
            Assert.Equal(hellos[0][(ExtensionType)type], body);
        }

        Assert.Equal([0, 69, 0, 23, 0, 65, 4], hellos[1][ExtensionType.KeyShare][..7]);
        Assert.Equal(71, hellos[1][ExtensionType.KeyShare].Length);
    }

    [Fact]
    public void A_second_hello_has_no_early_data_even_with_a_good_ticket()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        var server = new HandshakeOptions { Groups = [NamedGroup.Secp256r1] };
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, serverOptions: server);
        var hellos = 0;
        ChangeHello(handshake, hello =>
        {
            if (hellos++ == 1)
            {
                hello.Extensions.Insert(0, ((ushort)ExtensionType.EarlyData, []));
            }
        });
        handshake.Run();
        Assert.Equal(TlsAlert.IllegalParameter, handshake.Server.Tls.Error?.Alert);
    }

    /// <summary>RFC 9846, section 9.2, asks for signature algorithms only of a client that may have to be shown a certificate.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_signature_algorithms_there_is_a_ticket_or_no_handshake(bool isTaken)
    {
        using var tickets = Sessions.Tickets();
        using var others = new TicketKeys(HandshakeOptions.Default.Crypto, new Random(1).NextBytes);
        others.Rotate(new byte[32]);
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(new HandshakeOptions { SignatureSchemes = [] }, isTaken ? tickets : others, session, Sessions.Start, serverOptions: HandshakeOptions.Default);

        // A list of none is not allowed: the client leaves the extension out, and its binder covers that.
        handshake.Run();
        if (isTaken)
        {
            handshake.AssertComplete();
            Assert.True(handshake.Server.Tls.IsResumed);
        }
        else
        {
            Assert.Equal(TlsAlert.MissingExtension, handshake.Server.Tls.Error?.Alert);
        }
    }

    private static bool Offers(Hello hello, ExtensionType type) => hello.Extensions.Any(extension => extension.Type == (ushort)type);

    private static Hello HelloOf(Handshake handshake)
    {
        Hello? hello = null;
        handshake.Deliver = (from, _, bytes) =>
        {
            hello ??= Hello.Read(bytes);
            return [];
        };
        handshake.Run();
        return hello!;
    }

    private static void ChangeHello(Handshake handshake, Action<Hello> change) =>
        handshake.Deliver = (from, level, bytes) => from == handshake.Client && level == EncryptionLevel.Initial ? [Change(bytes, change)] : [bytes];

    private static void ChangeExtensions(Handshake handshake, Action<Hello> change) => handshake.Deliver = (from, _, bytes) =>
    {
        if (from != handshake.Server || bytes[0] != (byte)HandshakeType.EncryptedExtensions)
        {
            return [bytes];
        }

        var length = 4 + (bytes[1] << 16) + (bytes[2] << 8) + bytes[3];
        return [Change(bytes[..length], change), bytes[length..]];
    };

    private static byte[] Change(byte[] message, Action<Hello> change)
    {
        var hello = Hello.Read(message);
        change(hello);
        return hello.ToMessage();
    }
}
