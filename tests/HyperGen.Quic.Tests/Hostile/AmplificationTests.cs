using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>What somebody gets a server to send to an address that is not known to be his.</summary>
public sealed class AmplificationTests : HostileTest
{
    private long _toClient;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# Prior to validating the client address, servers MUST NOT send more than three
    //# times as many bytes as the number of bytes they have received.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
    //= type=test
    //# The server MUST also limit the number of bytes it sends before validating the
    //# address of the client
    [Fact]
    [Against(Threat.Amplification)]
    public void A_silent_client_gets_no_more_than_three_times_its_Initial_whatever_the_probe_timeouts()
    {
        var silent = AttackInSilence();
        silent.Client.Connect(silent.Now, silent.Server);
        silent.RunFor(TimeSpan.FromSeconds(9));
        Assert.InRange(_toClient, 1200, 3 * 1200);
        silent.RunFor(TimeSpan.FromMinutes(3));
        Assert.Equal(0, silent.Server.Endpoint.Count);
        Assert.Equal(0, silent.Server.Endpoint.HandshakeCount);
        Assert.Equal(0, silent.Server.Endpoint.PagesInUse);
    }

    /// <summary>What may not be sent is not waited for: the next thing to happen is the end of the attempt.</summary>
    [Fact]
    [Against(Threat.Amplification)]
    public void A_server_that_may_send_no_more_sets_no_timer_for_it()
    {
        var client = Attack(new RawClient { HoldsHandshake = true });
        var begun = client.Now;
        client.Start();
        for (var i = 0; i < 10 && 3600 - client.BytesReceived >= 1200; i++)
        {
            client.Now = client.Server!.NextTimeout;
            client.Advance(TimeSpan.Zero);
        }

        Assert.InRange(3600 - client.BytesReceived, 0, 1199);
        Assert.InRange(client.Server!.NextTimeout - begun, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.001));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# servers MUST count all of the payload bytes received in datagrams that are
    //# uniquely attributed to a single connection.
    [Fact]
    [Against(Threat.Amplification)]
    public void Bytes_of_a_datagram_that_cannot_be_opened_count_for_what_a_silent_client_gets()
    {
        var silent = AttackInSilence();
        var id = silent.Client.Connect(silent.Now, silent.Server).InitialDestinationId;
        silent.RunFor(TimeSpan.FromSeconds(7));
        Assert.InRange(_toClient, 1200, 3 * 1200);
        var before = _toClient;
        silent.RunFor(TimeSpan.FromMilliseconds(500));
        Assert.Equal(before, _toClient);

        byte[] garbage = [0xe0, 0, 0, 0, 1, (byte)id.Length, .. id.Span, 0, 0x44, 0, .. new byte[1200]];
        silent.Server.Receive(silent.Now, new(World.ClientAddress, World.ServerAddress), garbage);
        silent.RunFor(TimeSpan.FromSeconds(2));
        Assert.InRange(_toClient, before + 1, 3 * (1200 + garbage.Length));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3.2
    //= type=test
    //# an
    //# endpoint MUST revert to using the last validated peer address when validation
    //# of a new peer address fails.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8
    //= type=test
    //# after receiving packets from an address that is not yet validated, an
    //# endpoint MUST limit the amount of data it sends to the unvalidated address
    //# to three times the amount of data received from that address.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3
    //= type=test
    //# it MUST protect against potential attacks
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.2
    //= type=test
    //# it MUST immediately cease sending QUIC packets, except for those in PMTU
    //# probes or those containing CONNECTION_CLOSE frames, on the affected path.
    [Fact]
    [Against(Threat.Amplification)]
    [Against(Threat.SpoofedMigration)]
    public void A_spoofed_move_costs_its_victim_three_times_what_it_sent_and_is_undone()
    {
        var client = Attack(new RawClient()).Connect();
        var server = client.Server!;
        var original = server.Path;
        var controller = server.Recovery.Controller;
        var spoofed = new NetworkPath(NetworkAddress.FromIPv4(0x0A0000FF, 1), original.Local);
        var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]);
        var buffer = new byte[Transmit.MaxLength];
        server.TryOpenStream(unidirectional: true)!.Write(new byte[100_000]);
        client.ServerEndpoint.HandleDatagram(client.Now, spoofed, EcnCodepoint.NotEct, packet);
        Assert.Equal(spoofed, server.Path);

        // What it knew of the path it left says nothing of one where nobody may be.
        Assert.NotSame(controller, server.Recovery.Controller);
        long toVictim = 0, challenges = 0;
        for (var i = 0; i < 200; i++)
        {
            client.Now += TimeSpan.FromMilliseconds(20);
            server.HandleTimeout(client.Now);
            while (server.TryTransmit(client.Now, buffer, out var transmit))
            {
                if (transmit.Path == spoofed) toVictim += transmit.Length;

                // While it is at the new path, nothing but probes goes to the one that was left.
                else if (server.Path == spoofed) challenges++;
            }
        }

        Assert.InRange(toVictim, 1, 3 * packet.Length);
        Assert.True(challenges > 0, "The path that was left is challenged too.");
        Assert.Equal(original, server.Path);
        Assert.Same(controller, server.Recovery.Controller);
        Assert.Equal(ConnectionState.Established, server.State);
    }

    /// <summary>The first datagram reaches the server; nothing ever reaches the client, and the client's probes are lost too.</summary>
    private World AttackInSilence()
    {
        var silent = Attack(new World(5, new(), static _ => new Echo(), static _ => new Echo()));
        long toServer = 0;
        silent.Link.Drop = (isToServer, bytes) =>
        {
            if (isToServer) toServer += bytes.Length;
            else _toClient += bytes.Length;
            return !isToServer || toServer > bytes.Length;
        };
        return silent;
    }
}
