using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>Resets of connections that were forgotten, sent and received: RFC 9000 section 10.3.</summary>
public sealed class StatelessResetTests
{
    public static TheoryData<string, string, bool> Forms => new()
    {
        { "a short header and an unknown ID", "40 0102030405060708", false },
        { "a short header and the ID of the connection", "40", true },
        { "a long header and the ID of the connection", "E0 00000001 08", true },
        { "a long header and an unknown ID", "E0 00000001 08 0102030405060708 00", false },
        { "a version nobody knows", "C0 0A0B0C0D 08 0102030405060708 00", false },
        { "an invalid packet", "80 00000001 08 0102030405060708 00", false },
    };

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //= type=test
    //# endpoints MUST treat any packet ending in a valid stateless reset token as a
    //# Stateless Reset
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.1
    //= type=test
    //# the comparison MUST be performed when the first packet in an incoming datagram
    //# either cannot be associated with a connection or cannot be decrypted
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.1
    //= type=test
    //# the endpoint MUST enter the draining period and not send any further packets on
    //# this connection

    /// <summary>Only one that belonged to no connection by its ID, and had a short header, was taken for one.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public void Whatever_ends_in_the_token_of_an_ID_in_use_ends_the_connection(string what, string start, bool hasOurId)
    {
        Assert.NotEmpty(what);
        var pair = new DirectPair();
        var token = StatelessResetToken.Derive(new byte[32], pair.Server.FirstLocalId);
        byte[] head = [.. Convert.FromHexString(start.Replace(" ", "", StringComparison.Ordinal)), .. hasOurId ? pair.Client.FirstLocalId.Span : default];
        var datagram = new byte[70];
        head.CopyTo(datagram, 0);
        if (hasOurId && head.Length > 9) datagram[head.Length + 1] = (byte)(datagram.Length - head.Length - 2);
        token.CopyTo(datagram.AsSpan(^StatelessResetToken.Length));
        datagram[^1] ^= 1;
        pair.ClientEndpoint.HandleDatagram(pair.Now, pair.ToServer, EcnCodepoint.NotEct, datagram.ToArray());
        Assert.Equal(ConnectionState.Established, pair.Client.State);
        datagram[^1] ^= 1;
        pair.ClientEndpoint.HandleDatagram(pair.Now, pair.ToServer, EcnCodepoint.NotEct, datagram);
        Assert.Equal((ConnectionState.Draining, CloseKind.StatelessReset), (pair.Client.State, pair.Client.CloseReason.Kind));
        Assert.False(pair.Client.TryTransmit(pair.Now, new byte[Transmit.MaxLength], out _));
    }

    [Fact]
    public void A_reset_ends_the_answers_of_a_connection_that_is_closing()
    {
        var pair = new DirectPair();
        pair.Client.Close(pair.Now, 1);
        var datagram = new byte[70];
        datagram[0] = 0x40;
        StatelessResetToken.Derive(new byte[32], pair.Server.FirstLocalId).CopyTo(datagram.AsSpan(^StatelessResetToken.Length));
        pair.ClientEndpoint.HandleDatagram(pair.Now, pair.ToServer, EcnCodepoint.NotEct, datagram);
        Assert.Equal((ConnectionState.Draining, CloseKind.ByApplication), (pair.Client.State, pair.Client.CloseReason.Kind));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.1
    //= type=test
    //# An endpoint MUST NOT check for any stateless reset tokens associated with
    //# connection IDs it has not used or for connection IDs that have been retired.
    [Fact]
    public void Tokens_of_IDs_that_are_not_used_yet_or_no_more_mean_nothing()
    {
        var client = new RawClient().Connect();
        Issue(sequence: 1, retirePriorTo: 0);
        Expect(1, ConnectionState.Established);
        Issue(sequence: 2, retirePriorTo: 1);
        Issue(sequence: 3, retirePriorTo: 2);
        Expect(1, ConnectionState.Established);
        Expect(3, ConnectionState.Established);
        Expect(2, ConnectionState.Draining);

        void Issue(byte sequence, byte retirePriorTo) =>
            client.Send(frames => frames.Integers(0x18, sequence, retirePriorTo).Bytes(4, 1, 2, 3, sequence).Bytes(new byte[15]).Bytes(sequence));

        void Expect(byte sequence, ConnectionState state)
        {
            var datagram = new byte[40];
            (datagram[0], datagram[^1]) = (0x40, sequence);
            client.ServerEndpoint.HandleDatagram(client.Now, client.Server!.Path, EcnCodepoint.NotEct, datagram);
            Assert.Equal(state, client.Server.State);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //= type=test
    //# values that SHOULD be indistinguishable from random
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //= type=test
    //# SHOULD send a Stateless Reset that is one byte shorter than the packet it responds
    //# to
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //= type=test
    //# An endpoint MUST NOT send a Stateless Reset that is three times or more larger
    //# than the packet it receives
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //= type=test
    //# Endpoints MUST send Stateless Resets formatted as a packet with a short header.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.3
    //= type=test
    //# An endpoint MUST ensure that every Stateless Reset that it sends is smaller than
    //# the packet that triggered it
    [Fact]
    public void A_reset_looks_like_a_packet_and_is_a_byte_shorter_than_what_it_answers()
    {
        var client = new RawClient().Connect();
        for (var length = 1; length < 100; length++)
        {
            var (first, second) = (Provoke(length), Provoke(length));
            Assert.Equal(length <= StatelessReset.MinimumLength ? 0 : Math.Min(StatelessReset.MaxLength, length - 1), first.Length);
            if (first.Length == 0) continue;
            Assert.Equal((0x40, 0x40), (first[0] & 0xc0, second[0] & 0xc0));
            Assert.NotEqual(first[1..5], second[1..5]);
            Assert.Equal(first[^StatelessResetToken.Length..], second[^StatelessResetToken.Length..]);
        }

        byte[] Provoke(int length)
        {
            var packet = new byte[length];
            packet[0] = 0x40;
            client.ServerEndpoint.HandleDatagram(client.Now, default, EcnCodepoint.NotEct, packet);
            var buffer = new byte[Transmit.MaxLength];
            return client.ServerEndpoint.TryTransmit(buffer, out var answer) ? buffer[..answer.Length] : [];
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-11
    //= type=test
    //# A stateless reset MUST NOT be used by an endpoint that has the state necessary to
    //# send a frame on the connection.
    [Fact]
    public void Who_has_a_connection_is_never_told_that_it_is_forgotten()
    {
        var client = new RawClient().Connect();
        var forged = new byte[100];
        forged[0] = 0x40;
        client.DestinationId.CopyTo(forged, 1);
        client.Deliver(forged.ToArray());
        client.Server!.Close(client.Now, 1);
        client.Deliver(forged.ToArray());
        Assert.Equal(0, client.ServerEndpoint.Statistics.StatelessResets);
        Assert.Equal((true, 1L), client.Close);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.2
    //= type=test
    //# The stateless reset token MUST be difficult to guess.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.2
    //= type=test
    //# The same stateless reset token MUST NOT be used for multiple connection IDs.
    [Fact]
    public void A_token_follows_from_all_of_the_key_and_all_of_the_ID()
    {
        var tokens = new HashSet<StatelessResetToken>();
        for (var i = 0; i <= 32; i++)
        {
            var key = new byte[32];
            if (i < 32) key[i] = 1;
            for (var j = 0; j <= 8; j++)
            {
                var id = new byte[8];
                if (j < 8) id[j] = 1;
                Assert.True(tokens.Add(StatelessResetToken.Derive(key, new(id))));
            }
        }

        Assert.DoesNotContain(default, tokens);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.2
    //= type=test
    //# the combination of connection ID and static key MUST NOT be used for another
    //# connection
    [Fact]
    public void An_ID_that_is_drawn_twice_is_used_once()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        var draws = 0;
        world.Server.Configure(options => options with
        {
            DrawConnectionId = bytes =>
            {
                bytes.Clear();
                bytes[0] = (byte)(draws++ / 3);
            },
        });
        var first = world.Client.Connect(world.Now, world.Server);
        var second = world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => first.IsHandshakeConfirmed && second.IsHandshakeConfirmed, TimeSpan.FromSeconds(5));
        Assert.NotEqual(world.Server.Connections[0].FirstLocalId, world.Server.Connections[1].FirstLocalId);
        Assert.InRange(draws, 20, 24);
    }
}
