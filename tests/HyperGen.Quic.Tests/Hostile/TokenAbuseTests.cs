using HyperGen.Quic.Protection;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Tokens that were made up, kept too long, stolen, or are another server's: RFC 9000 sections 8.1.2 to 8.1.4.</summary>
public sealed class TokenAbuseTests : HostileTest
{
    private static readonly byte[] Destination = [1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly byte[] Original = [8, 7, 6, 5, 4, 3, 2, 1, 0];

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.2
    //= type=test
    //# Instead, the
    //# server SHOULD immediately close (Section 10.2) the connection with an
    //# INVALID_TOKEN error.
    [Theory]
    [Against(Threat.BadToken)]
    [InlineData("expired")]
    [InlineData("of another address")]
    [InlineData("of another port")]
    [InlineData("of another connection ID")]
    [InlineData("of another server")]
    [InlineData("cut")]
    [InlineData("changed")]
    public void A_token_of_a_Retry_that_is_not_good_ends_the_attempt(string what)
    {
        var client = Attack(Asking());
        var (endpoint, now) = (client.ServerEndpoint, client.Now);
        var issuer = what == "of another server" ? Foreign() : endpoint;
        var token = Retry(issuer, what == "expired" ? now - (2 * AddressTokens.RetryLifetime) : now, RawClient.Path.Remote);
        var path = what switch
        {
            "of another address" => RawClient.Path with { Remote = RawClient.Path.Remote with { Address = RawClient.Path.Remote.Address + 1 } },
            "of another port" => RawClient.Path with { Remote = RawClient.Path.Remote with { Port = 1 } },
            _ => RawClient.Path,
        };
        if (what == "cut") token = token[..^1];
        if (what == "changed") token[^1] ^= 1;
        var id = what == "of another connection ID" ? [.. Destination[..7], 9] : Destination;
        Assert.Null(endpoint.HandleDatagram(now, path, EcnCodepoint.NotEct, Initial(id, token)));
        AddressValidationTests.ExpectRefusal(endpoint, QuicVersion.V1, id, TransportErrorCode.InvalidToken);
        Assert.Equal(1, endpoint.Statistics.InvalidTokens);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# If the token is invalid, then the
    //# server SHOULD proceed as if the client did not have a validated address,
    //# including potentially sending a Retry packet.

    /// <summary>What is no token of a Retry is as good as none: the client is asked.</summary>
    [Theory]
    [Against(Threat.BadToken)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(80)]
    [InlineData(1000)]
    public void Garbage_and_foreign_tokens_are_as_good_as_none(int length)
    {
        var client = Attack(Asking());
        var garbage = new byte[length];
        new SeededRandom(7).Fill(garbage);
        var foreign = new byte[AddressTokens.MaxLength];
        foreign = foreign[..Foreign().Tokens.WriteNew(foreign, client.Now, RawClient.Path.Remote, QuicVersion.V1)];
        foreach (var token in new[] { garbage, foreign })
        {
            var before = client.ServerEndpoint.Statistics.Retries;
            Assert.Null(client.ServerEndpoint.HandleDatagram(client.Now, RawClient.Path, EcnCodepoint.NotEct, Initial(Destination, token)));
            Assert.Equal(before + 1, client.ServerEndpoint.Statistics.Retries);
            Assert.True(client.ServerEndpoint.TryTransmit(new byte[Transmit.MaxLength], out _));
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
    //= type=test
    //# To protect against such attacks, servers MUST ensure that
    //# replay of tokens is prevented or limited.

    /// <summary>Whoever records a client's first packet with its token can send it again, from the client's address: to no avail.</summary>
    [Fact]
    [Against(Threat.BadToken)]
    public void A_token_that_is_replayed_begins_nothing_new()
    {
        var requests = new Requests(1, 10, 1);
        var world = new World(6, new(), _ => requests, static _ => new Echo());
        world.Server.Configure(static options => options with { Retry = RetryPolicy.Always, TokenSecret = new byte[32] });
        Attack(world);
        var recorded = new List<byte[]>();
        world.Link.Drop = (isToServer, bytes) =>
        {
            if (isToServer && PacketHeader.TryRead(bytes, 8, out var header) && header.Type == PacketType.Initial && !header.Token.IsEmpty) recorded.Add(bytes);
            return false;
        };
        var connection = world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(5));
        Assert.True(connection.TryTakeToken(out var token));
        connection.Close(world.Now, 0);
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.NotEmpty(recorded);
        world.Link.Drop = null;

        // While it is good it makes one handshake at most, which never ends; then none.
        for (var i = 0; i < 50; i++) Replay();
        Assert.InRange(world.Server.Endpoint.HandshakeCount, 0, 1);
        world.RunFor(TimeSpan.FromMinutes(2));
        var before = world.Server.Endpoint.Statistics.InvalidTokens;
        Replay();
        Assert.Equal((0, before + recorded.Count), (world.Server.Endpoint.HandshakeCount, world.Server.Endpoint.Statistics.InvalidTokens));

        // A token of NEW_TOKEN is good once.
        Assert.False(IsAsked());
        Assert.True(IsAsked());

        void Replay()
        {
            foreach (var datagram in recorded) world.Link.Send(world.Now, toServer: true, World.ClientAddress, World.ServerAddress, EcnCodepoint.NotEct, datagram);
            world.RunFor(TimeSpan.FromMilliseconds(100));
        }

        bool IsAsked()
        {
            var retries = world.Server.Endpoint.Statistics.Retries;
            var again = world.Client.Connect(world.Now, world.Server, new() { Token = token });
            world.RunUntil(() => again.IsHandshakeConfirmed, TimeSpan.FromSeconds(5));
            return world.Server.Endpoint.Statistics.Retries > retries;
        }
    }

    private static RawClient Asking() => new(options: static options => options with { Retry = RetryPolicy.Always, TokenSecret = new byte[32] });

    private static Endpoint Foreign()
    {
        var random = new SeededRandom(8);
        return new(new() { Random = random.Fill, ResetKey = new byte[32], TokenSecret = [1, .. new byte[31]] });
    }

    private static byte[] Retry(Endpoint endpoint, Timestamp now, in NetworkAddress client)
    {
        var token = new byte[AddressTokens.MaxLength];
        return token[..endpoint.Tokens.WriteRetry(token, now, client, QuicVersion.V1, Destination, Original)];
    }

    private static byte[] Initial(byte[] destination, byte[] token)
    {
        var packet = new byte[1200];
        var writer = new WireWriter(packet);
        PacketHeader.WriteLong(ref writer, QuicVersion.V1, PacketType.Initial, destination, [0xC1, 0xC2], token, 1);
        var offset = writer.Position;
        VarInt.WriteTwoBytes(packet.AsSpan(offset - 2), packet.Length - offset);
        var (client, server) = InitialSecrets.Derive(CryptoProvider.Default, QuicVersion.V1, destination);
        client.Packet.Seal(new(0), packet, offset + 1);
        client.Header.Protect(packet, offset, 1);
        client.Dispose();
        server.Dispose();
        return packet;
    }
}
