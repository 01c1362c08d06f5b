namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Stateless resets made to answer one another, and made to tell what they should not: RFC 9000 sections 10.3.3 and 21.11.</summary>
public sealed class ResetLoopTests : HostileTest
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.3
    //= type=test
    //# An endpoint MUST ensure that every Stateless Reset that it sends is smaller than
    //# the packet that triggered it
    [Fact]
    [Against(Threat.StatelessResets)]
    public void Two_endpoints_that_reset_each_other_fall_silent()
    {
        var endpoints = new[] { Attack(new RawClient()).ServerEndpoint, Attack(new RawClient()).ServerEndpoint };
        var (first, second) = (NetworkAddress.FromIPv4(0x0A000001, 443), NetworkAddress.FromIPv4(0x0A000002, 443));
        var paths = new[] { new NetworkPath(first, second), new NetworkPath(second, first) };
        var buffer = new byte[Transmit.MaxLength];
        for (var length = 1; length <= 1500; length++)
        {
            var now = new Timestamp(TimeSpan.TicksPerMinute * length);
            var packet = new byte[length];
            packet[0] = 0x40;
            var exchanged = 0;
            for (var at = 0; packet.Length > 0; at = 1 - at)
            {
                Assert.Null(endpoints[at].HandleDatagram(now, paths[at], EcnCodepoint.NotEct, packet));
                var isAnswered = endpoints[at].TryTransmit(buffer, out var answer);
                if (isAnswered) Assert.InRange(answer.Length, StatelessReset.MinimumLength, packet.Length - 1);
                Assert.False(endpoints[at].TryTransmit(new byte[Transmit.MaxLength], out _));
                packet = isAnswered ? buffer[..answer.Length] : [];
                exchanged += isAnswered ? 1 : 0;
            }

            Assert.InRange(exchanged, length > StatelessReset.MinimumLength ? 1 : 0, StatelessReset.MaxLength - StatelessReset.MinimumLength + 1);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-11
    //= type=test
    //# A stateless reset MUST NOT be used by an endpoint that has the state necessary to
    //# send a frame on the connection.

    /// <summary>A token that is told for an ID in use would let whoever asked end the connection.</summary>
    [Fact]
    [Against(Threat.StatelessResets)]
    public void Nothing_tells_the_token_of_an_ID_in_use()
    {
        var client = Attack(new RawClient()).Connect();
        client.Exchange();
        Assert.NotEmpty(client.IssuedIds);
        var random = new SeededRandom(5);
        foreach (var id in client.IssuedIds.Append(new(client.DestinationId)))
        {
            for (var length = 1; length < 1300; length += 7)
            {
                var packet = new byte[Math.Max(length, 1 + id.Length)];
                random.Fill(packet);
                packet[0] = 0x40;
                id.Span.CopyTo(packet.AsSpan(1));
                client.Deliver(packet);
                byte[] unknown = [0xc0, 0x0a, 0x0a, 0x0a, 0x0a, (byte)id.Length, .. id.Span, 0, .. new byte[length]];
                client.Deliver(unknown);
                Assert.False(client.ServerEndpoint.TryTransmit(new byte[Transmit.MaxLength], out _));
            }
        }

        Assert.Equal((0L, ConnectionState.Established), (client.ServerEndpoint.Statistics.StatelessResets, client.Server!.State));

        // When the connection is gone, so is the reason.
        client.Server.Close(client.Now, 0);
        client.Advance(TimeSpan.FromMinutes(1));
        var late = client.Packet(Spaces.PacketNumberSpaceId.ApplicationData, new byte[50]);
        client.ServerEndpoint.HandleDatagram(client.Now, RawClient.Path, EcnCodepoint.NotEct, late);
        Assert.Equal(1, client.ServerEndpoint.Statistics.StatelessResets);
    }

    /// <summary>A reset is known by its token alone, and 2^128 of those cannot be tried.</summary>
    [Fact]
    [Against(Threat.StatelessResets)]
    public void Guessed_tokens_end_nothing()
    {
        var client = Attack(new RawClient()).Connect();
        byte[] token = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

        // The server has to go over to the ID, and its token means something from then on.
        client.Send(frames => frames.Integers(0x18, 1, 1).Bytes(4, 1, 2, 3, 4).Bytes(token));
        var random = new SeededRandom(6);
        for (var i = 0; i < 5000; i++)
        {
            var packet = new byte[40];
            random.Fill(packet);
            packet[0] = (byte)(0x40 | (packet[0] & 0x3f));
            if (i % 2 == 0) client.DestinationId.CopyTo(packet, 1);
            client.Deliver(packet);
        }

        for (var bit = 0; bit < 8 * token.Length; bit++)
        {
            token[bit / 8] ^= (byte)(1 << (bit % 8));
            Try();
            token[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(ConnectionState.Established, client.Server!.State);
        Try();
        Assert.Equal((ConnectionState.Draining, CloseKind.StatelessReset), (client.Server.State, client.Server.CloseReason.Kind));

        void Try() => client.Deliver([0x40, .. client.DestinationId, .. new byte[15], .. token]);
    }
}
