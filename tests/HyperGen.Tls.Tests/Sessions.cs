using System.Net.Security;
using HyperGen.Tls.Crypto;

namespace HyperGen.Tls.Tests;

/// <summary>Sessions that a client has got from a server, and handshakes that resume them.</summary>
internal static class Sessions
{
    /// <summary>When the first tickets are issued.</summary>
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly byte[] State = [9, 8, 7];

    public static TicketKeys Tickets(CryptoProvider? crypto = null)
    {
        var tickets = new TicketKeys(crypto ?? CryptoProvider.Default, new Random(5).NextBytes);
        tickets.Rotate([.. Enumerable.Repeat((byte)77, TicketKeys.SecretLength)]);
        return tickets;
    }

    public static ClientSession GetSession(HandshakeOptions options, TicketKeys tickets, uint version = 1, bool allowsEarlyData = true)
    {
        using var handshake = new Handshake(options, options, tickets: tickets, now: Start);

        // As after compatible version negotiation: the version is settled before the handshake is complete.
        handshake.Client.Tls.QuicVersion = handshake.Server.Tls.QuicVersion = version;
        handshake.Run();
        handshake.AssertComplete();
        return TakeTicket(handshake, Start, allowsEarlyData);
    }

    public static ClientSession TakeTicket(Handshake handshake, DateTimeOffset now, bool allowsEarlyData = true)
    {
        Assert.True(handshake.Server.Tls.TryIssueTicket(now, State, allowsEarlyData));
        handshake.Run();
        var session = handshake.Client.Sessions[^1];
        session.ReceivedAt = now;
        Assert.Equal(SslApplicationProtocol.Http3, session.ApplicationProtocol);
        return session;
    }

    /// <summary>The session as a client would present it that thinks otherwise of it than ours.</summary>
    public static ClientSession Retold(ClientSession session, string? serverName = null, bool? allowsEarlyData = null) =>
        new(session.Suite, session.Psk.ToArray(), session.Ticket.ToArray())
        {
            AgeAdd = session.AgeAdd,
            Lifetime = session.Lifetime,
            AllowsEarlyData = allowsEarlyData ?? session.AllowsEarlyData,
            ServerName = serverName ?? session.ServerName,
            ApplicationProtocol = session.ApplicationProtocol,
            TransportParameters = session.TransportParameters,
            QuicVersion = session.QuicVersion,
            ReceivedAt = session.ReceivedAt,
        };

    public static Handshake Resume(
        HandshakeOptions options, TicketKeys tickets, ClientSession session, DateTimeOffset now, bool earlyData = false, DateTimeOffset? serverNow = null,
        HandshakeOptions? serverOptions = null, uint version = 1, ServerSelection? selection = null, string serverName = "h3.test", bool keepsSessions = true,
        params string[] protocols) =>
        new(options, serverOptions ?? options, seed: 2, selection: selection, tickets: tickets, now: serverNow ?? now, client: new ClientOptions
        {
            ServerName = serverName,
            ApplicationProtocols = protocols.Length == 0 ? [SslApplicationProtocol.Http3] : [.. protocols.Select(static name => new SslApplicationProtocol(name))],
            TransportParameters = Handshake.ClientParameters,
            KeepsSessions = keepsSessions,
            Session = session,
            QuicVersion = version,
            SendsEarlyData = earlyData,
            Now = now,
        });
}
