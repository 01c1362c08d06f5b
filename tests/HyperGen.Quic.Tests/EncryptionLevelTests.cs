using System.Runtime.CompilerServices;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Tests.Support;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests;

/// <summary>Which keys there are when, and which packets are sent and read with them: RFC 9001 sections 4.1, 4.9 and 5.7.</summary>
public sealed class EncryptionLevelTests
{
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.2
    //= type=test
    //# An endpoint MUST discard its Handshake keys when the TLS handshake is confirmed
    [Fact]
    public void Keys_of_the_handshake_are_gone_once_it_is_confirmed()
    {
        var pair = new DirectPair();
        foreach (var connection in new[] { pair.Client, pair.Server })
        {
            Assert.True(connection.IsHandshakeConfirmed);
            Assert.False(connection.HasEarlyKeys);
            foreach (var space in Spaces(connection)[..2]) Assert.Equal((true, null, null), (space.IsDiscarded, space.Read, space.Write));
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4
    //= type=test
    //# If QUIC needs to retransmit that data, it MUST use the same keys even if TLS has already
    //# updated to newer keys.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4
    //= type=test
    //# When packets of different types need to be sent, endpoints SHOULD use coalesced packets
    //# to send them in the same UDP datagram.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9
    //= type=test
    //# If packets from a lower encryption level contain CRYPTO frames, frames that retransmit
    //# that data MUST be sent at the same encryption level.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9
    //= type=test
    //# Though an endpoint might retain older keys, new data MUST be sent at the highest
    //# currently available encryption level.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.1
    //= type=test
    //# a client MUST discard Initial keys when it first sends a Handshake packet and a server
    //# MUST discard Initial keys when it first successfully processes a Handshake packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.1
    //= type=test
    //# Endpoints MUST NOT send Initial packets after this point.
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    public void Levels_go_up_and_share_datagrams_and_no_Initial_follows_a_Handshake_packet(double loss)
    {
        var world = new World(7, new() { Loss = loss }, static _ => new Echo(), static _ => new Echo());
        var sent = new Dictionary<bool, List<PacketType>> { [false] = [], [true] = [] };
        var serverHeard = false;
        var coalesced = 0;
        world.Link.Drop = (isToServer, bytes) =>
        {
            var types = Types(bytes);
            if (types.Length > 1) coalesced++;
            Assert.Equal(types.Order(), types);
            if (isToServer) Assert.False(sent[true].Contains(PacketType.Handshake) && types.Contains(PacketType.Initial));
            else Assert.False(serverHeard && types.Contains(PacketType.Initial));
            sent[isToServer].AddRange(types);
            return false;
        };
        world.Arriving = datagram => serverHeard |= datagram.ToServer && Types(datagram.Bytes.ToArray()).Contains(PacketType.Handshake);
        var client = world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => client.IsHandshakeConfirmed, TimeSpan.FromSeconds(30));
        Assert.True(coalesced > 0);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.4
    //= type=test
    //# an endpoint SHOULD buffer received packets if they might be processed using keys that
    //# aren't yet available.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.7
    //= type=test
    //# Endpoints in either role MUST NOT decrypt 1-RTT packets from their peer prior to
    //# completing the handshake.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.7
    //= type=test
    //# A server MUST NOT process incoming 1-RTT protected packets before the TLS handshake is
    //# complete.
    [Fact]
    public void Packets_that_come_before_the_end_of_the_handshake_wait_for_it_and_are_not_read()
    {
        var world = new World(7, new(), static _ => new Idle(), static _ => new Echo());
        var (held, early) = (false, 0);
        world.Link.Drop = (isToServer, bytes) =>
        {
            var types = Types(bytes);
            if (!isToServer || world.Server.Connections is not [{ State: ConnectionState.Handshaking } server]) return false;
            if (types is [PacketType.OneRtt]) early++;
            Assert.Equal(0, server.StreamCount);
            var drops = !held && types.Contains(PacketType.Handshake);
            held |= drops;
            return drops;
        };
        var client = world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => client.State == ConnectionState.Established, TimeSpan.FromSeconds(5));
        var stream = client.TryOpenStream()!;
        stream.Write([1]);
        world.RunFor(TimeSpan.FromMilliseconds(15));
        var waiting = world.Server.Connections[0];
        Assert.Equal((ConnectionState.Handshaking, 0), (waiting.State, waiting.StreamCount));
        Assert.True(held && early > 0);
        world.RunUntil(() => stream.Peek().Length == 1, TimeSpan.FromSeconds(10));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.2
    //= type=test
    //# The server MUST send a HANDSHAKE_DONE frame as soon as the handshake is complete.
    [Fact]
    public void A_server_says_at_once_that_the_handshake_is_done()
    {
        var client = new RawClient().Start();
        for (var i = 0; i < 10 && client.Server!.State == ConnectionState.Handshaking; i++) client.Exchange();
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        client.Exchange();
        Assert.Contains(client.Frames, static frame => frame.Type == FrameType.HandshakeDone);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.4
    //= type=test
    //# An endpoint SHOULD continue to respond to packets that can be processed during this
    //# time.
    [Fact]
    public void What_can_be_answered_is_while_the_handshake_waits_for_an_answer()
    {
        var client = new RawClient { AnswersQuestions = false }.Start();
        client.Exchange();
        Assert.NotNull(client.Server!.Question);
        Assert.Contains(client.Packets, static packet => packet.Has(FrameType.Ack));
        client.Packets.Clear();
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.Contains(client.Packets, static packet => packet.Has(FrameType.Ack));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spaces")]
    internal static extern ref PacketNumberSpace[] Spaces(Connection connection);

    private static PacketType[] Types(byte[] datagram)
    {
        var types = new List<PacketType>();
        for (var rest = datagram.AsSpan(); PacketHeader.TryRead(rest, 8, out var header); rest = rest[header.End..]) types.Add(header.Type);
        return [.. types];
    }

    private sealed class Idle : Node.IApplication
    {
        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
        }
    }
}
