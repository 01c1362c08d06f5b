using HyperGen.Quic.Frames;
using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>What may be tried with paths: RFC 9000 sections 8, 9 and 14.</summary>
public sealed class PathAbuseTests : HostileTest
{
    [Fact]
    [Against(Threat.PathChallenges)]
    public void A_flood_of_path_challenges_is_answered_a_few_at_a_time()
    {
        var client = Attack(new RawClient()).Connect();
        client.Frames.Clear();
        var flood = Enumerable.Range(0, 100).SelectMany(static i => new byte[] { 0x1a, 1, 2, 3, 4, 5, 6, 7, (byte)i }).ToArray();
        client.Send(flood);
        Assert.InRange(client.Frames.Count(static frame => frame.Type == FrameType.PathResponse), 1, 4);
        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.9
    //= type=test
    //# While there are legitimate uses for all messages, implementations
    //# SHOULD track cost of processing relative to progress and treat
    //# excessive quantities of any non-productive packets as indicative of
    //# an attack.
    [Fact]
    [Against(Threat.PathChallenges)]
    public void A_flood_of_path_challenges_that_does_not_end_ends_the_connection()
    {
        var client = Attack(new RawClient()).Connect();
        var flood = Enumerable.Range(0, 100).SelectMany(static i => new byte[] { 0x1a, 1, 2, 3, 4, 5, 6, 7, (byte)i }).ToArray();
        var packets = 0;
        for (; packets < 200 && client.Server!.State == ConnectionState.Established; packets++)
        {
            client.Send(flood);
            client.Acknowledge();
        }

        client.ExpectClose(TransportErrorCode.ProtocolViolation);
        Assert.InRange(packets, 100, 110);
        Assert.InRange(client.Frames.Count(static frame => frame.Type == FrameType.PathResponse), packets, 4 * packets);
    }

    [Fact]
    [Against(Threat.SpoofedMigration)]
    [Against(Threat.Amplification)]
    public void A_spoofed_migration_is_paid_for_by_what_arrived_and_comes_back()
    {
        var client = Attack(new RawClient()).Connect();
        var elsewhere = new NetworkPath(NetworkAddress.FromIPv4(0x0A0000FF, 1), NetworkAddress.FromIPv4(0x0A000002, 443));
        var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]);
        var before = client.BytesReceived;
        client.Deliver(packet, elsewhere);

        // Of what is sent now, only the challenge of the old path, which is known to be the client's, is not paid for.
        Assert.InRange(client.BytesReceived - before, 1, (3 * packet.Length) + 1200);
        client.Advance(TimeSpan.FromSeconds(5));
        client.Send([0x01]);
        Assert.Equal(NetworkAddress.FromIPv4(0x0A000001, 50000), client.Server!.Path.Remote);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3
    //= type=test
    //# An endpoint only changes the address to which it sends packets in response to
    //# the highest-numbered non-probing packet.
    [Theory]
    [Against(Threat.SpoofedMigration)]
    [InlineData(false)]
    [InlineData(true)]
    public void Neither_a_packet_held_back_nor_a_mere_probe_from_elsewhere_moves_the_connection(bool isProbe)
    {
        var client = Attack(new RawClient()).Connect();
        var elsewhere = RawClient.Path with { Remote = NetworkAddress.FromIPv4(0x0A0000FF, 1) };
        var packet = client.Packet(PacketNumberSpaceId.ApplicationData, isProbe ? [0x1a, 1, 2, 3, 4, 5, 6, 7, 8] : [0x01]);
        if (!isProbe) client.Send([0x01]);
        client.Deliver(packet, elsewhere);
        client.Server!.TryOpenStream(unidirectional: true)!.Write(new byte[10_000]);
        client.Exchange();
        Assert.Equal(RawClient.Path, client.Server.Path);

        // Who asks along a path is answered there, for what that came to.
        Assert.InRange(client.BytesReceivedOn.GetValueOrDefault(elsewhere), isProbe ? 1 : 0, isProbe ? 3 * packet.Length : 0);
    }

    /// <summary>
    /// A packet that waited for its keys was taken to have come along the path of whatever datagram was the last to come, of anybody's making: the connection
    /// moved there.
    /// </summary>
    [Fact]
    [Against(Threat.SpoofedMigration)]
    public void What_waited_for_its_keys_came_along_its_own_path_whoever_spoke_meanwhile()
    {
        var client = Attack(new RawClient(hasCertificate: true) { AnswersQuestions = false }).Start();
        var server = client.Server!;
        server.Handshake.AnswerCredentials(server.Question!.Id, TestTls.Selection with { ClientCertificates = Tls.ClientCertificates.Require });
        GoOn();
        TestTls.Answer(server);
        GoOn();
        Assert.IsType<Tls.VerifySignatureQuestion>(server.Question);
        TestTls.Answer(server);
        GoOn();
        Assert.IsType<Tls.VerifyChainQuestion>(server.Question);

        // The client is done, and speaks; its packet waits for the answer. A stranger speaks too.
        client.Send([0x01]);
        var elsewhere = new NetworkPath(NetworkAddress.FromIPv4(0x0A0000FF, 1), RawClient.Path.Local);
        byte[] forged = [0x40, .. client.DestinationId, .. new byte[40]];
        client.Deliver(forged, elsewhere);
        var received = server.Statistics.PacketsReceived;
        TestTls.Answer(server);
        GoOn();
        Assert.Equal((true, received + 1), (server.IsHandshakeConfirmed, server.Statistics.PacketsReceived));
        Assert.Equal(RawClient.Path, server.Path);
        Assert.False(client.BytesReceivedOn.ContainsKey(elsewhere));

        void GoOn()
        {
            server.HandleAnswer(client.Now);
            client.Exchange();
        }
    }

    /// <summary>
    /// No message of a network is heard here: what datagrams a path carries is learnt from acknowledgments, which only the peer can make. This one lies: its
    /// path swallows what it says it got.
    /// </summary>
    [Fact]
    [Against(Threat.MtuSignals)]
    public void A_probe_acknowledged_that_never_arrived_costs_the_liar_its_own_packets_and_is_found_out()
    {
        var client = Attack(new RawClient(static parameters =>
        {
            parameters.InitialMaxData = 1 << 28;
            parameters.InitialMaxStreamDataUni = 1 << 28;
            parameters.MaxUdpPayloadSize = 65_527;
        })).Connect();
        var server = client.Server!;
        client.Acknowledge();
        Assert.Equal(ConnectionLimits.Default.MaxDatagramSize, server.DatagramSize);
        var stream = server.TryOpenStream(unidirectional: true)!;
        var swallowed = 0;
        for (var i = 0; i < 1000 && server.DatagramSize > Connection.MinDatagramSize; i++)
        {
            if (stream.WriteCapacity >= 5000) stream.Write(new byte[5000]);
            client.Advance(TimeSpan.FromMilliseconds(50));
            client.Acknowledge(static packet => packet.Length <= Connection.MinDatagramSize);
            swallowed = client.Packets.Count(static packet => packet.Length > Connection.MinDatagramSize);
        }

        Assert.Equal((Connection.MinDatagramSize, ConnectionState.Established), (server.DatagramSize, server.State));
        Assert.All(client.Packets, static packet => Assert.InRange(packet.Length, 1, ConnectionLimits.Default.MaxDatagramSize));
        Assert.InRange(swallowed, 1, 200);
    }

    [Fact]
    [Against(Threat.MtuSignals)]
    public void A_probe_acknowledged_before_it_was_sent_is_a_violation()
    {
        var client = Attack(new RawClient()).Connect();
        client.Send(frames => frames.Integers(0x02, client.LargestReceived.Value + 20, 0, 0, 0));
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    /// <summary>The system chose the client's address, or it moved: a challenge that went to where it was is answered from where it is.</summary>
    [Fact]
    [Against(Threat.LateChallenge)]
    public void A_late_challenge_to_an_address_that_was_left_is_answered_from_the_new_one()
    {
        var server = Attack(new RawServer());
        server.Connect();
        server.Send(static frames => frames.Integers(0x18, 1, 0).Bytes(4, 0xD1, 0xD2, 0xD3, 0xD5).Bytes(new byte[16]));
        var moved = RawServer.Path with { Local = NetworkAddress.FromIPv4(0x0A000063, 50001) };
        Assert.True(server.Client.TryMigrate(server.Now, moved.Local));
        server.Exchange();
        var probe = Assert.Single(server.Frames, static frame => frame.Type == FrameType.PathChallenge);
        Assert.Equal(moved, probe.Path);
        var response = new byte[9];
        response[0] = (byte)FrameType.PathResponse;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(response.AsSpan(1), probe.Value);
        server.Send(PacketNumberSpaceId.ApplicationData, response, path: moved);
        Assert.Equal(moved, server.Client.Path);
        server.Send([0x1a, 1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal(moved, server.Client.Path);
        var answer = Assert.Single(server.Frames, static frame => frame.Type == FrameType.PathResponse);
        Assert.Equal((0x0102030405060708, moved), (answer.Value, answer.Path));
        Assert.Equal(ConnectionState.Established, server.Client.State);
    }
}
