using HyperGen.Quic.Frames;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests;

/// <summary>Retry, NEW_TOKEN and the tokens of both: RFC 9000 section 8.1.</summary>
public sealed class AddressValidationTests
{
    private static readonly NetworkAddress Client = NetworkAddress.FromIPv4(0x0A000001, 50000);
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)];

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.7
    //= type=test
    //# QUIC implementations SHOULD instead use the Retry feature
    [Theory]
    [InlineData(1UL, 0.0)]
    [InlineData(2UL, 0.2)]
    [InlineData(3UL, 0.2)]
    [InlineData(4UL, 0.3)]
    public void A_client_that_is_asked_to_prove_its_address_does_and_goes_on(ulong seed, double loss)
    {
        var requests = new Requests(4, 5000, 4);
        var world = new World(seed, new() { Loss = loss, Duplication = loss, Reordering = loss }, _ => requests, static _ => new Echo());
        world.Server.Configure(static options => options with { Retry = RetryPolicy.Always });
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed == 4, TimeSpan.FromMinutes(2));
        Assert.InRange(world.Server.Endpoint.Statistics.Retries, 1, 20);
        Assert.Equal(0, world.Server.Endpoint.Statistics.InvalidTokens);
    }

    //= https://www.rfc-editor.org/rfc/rfc9369#section-4.1
    //= type=test
    //# After switching to a negotiated version after a Retry, the server
    //# MUST include the relevant transport parameters to validate that the
    //# server sent the Retry
    [Fact]
    public void A_Retry_in_version_1_may_lead_to_version_2()
    {
        var requests = new Requests(1, 10, 1);
        var world = new World(5, new(), _ => requests, static _ => new Echo());
        world.Client.Configure(static options => options with { Versions = [QuicVersion.V2, QuicVersion.V1] });
        world.Server.Configure(static options => options with { Retry = RetryPolicy.Always });
        var connection = world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(5));
        Assert.Equal((QuicVersion.V2, 1L), (connection.Version, world.Server.Endpoint.Statistics.Retries));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# When connecting to a server for which the client retains an applicable and
    //# unused token, it SHOULD include that token in the Token field of its Initial
    //# packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# If the validation succeeds, the server SHOULD then allow the handshake to
    //# proceed.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# A client SHOULD NOT reuse a token from a NEW_TOKEN frame for different
    //# connection attempts.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
    //= type=test
    //# servers MUST ensure that replay of tokens is prevented or limited.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
    //= type=test
    //# Tokens that are provided in NEW_TOKEN frames (Section 19.7) need to be valid
    //# for longer but SHOULD NOT be accepted multiple times.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.7
    //= type=test
    //# The token MUST NOT be empty.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.3
    //= type=test
    //# Servers SHOULD provide mitigations for this attack by limiting the usage and
    //# lifetime of address validation tokens
    [Fact]
    public void A_token_of_an_earlier_connection_spares_the_round_trip_once()
    {
        var (world, token) = Earn();
        Assert.False(IsAsked(world, token));
        Assert.True(IsAsked(world, token), "a token is good for one connection");
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
    //= type=test
    //# Tokens sent in NEW_TOKEN frames MUST include information that allows
    //# the server to verify that the client IP address has not changed from
    //# when the token was issued.
    [Fact]
    public void A_token_is_bound_to_its_address_but_not_to_its_port()
    {
        var (world, token) = Earn();
        world.Client.Address = NetworkAddress.FromIPv4(0x0A000003, 50000);
        Assert.True(IsAsked(world, token));
        world.Client.Address = NetworkAddress.FromIPv4(0x0A000001, 50001);
        Assert.False(IsAsked(world, token));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# a token SHOULD have an expiration time, which could be either an explicit
    //# expiration time or an issued timestamp that can be used to dynamically
    //# calculate the expiration time.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.3
    //= type=test
    //# Servers SHOULD provide mitigations for this attack by limiting the usage and
    //# lifetime of address validation tokens
    [Theory]
    [InlineData(0, 23, false)]
    [InlineData(0, 25, true)]
    [InlineData(12, 13, false)]
    [InlineData(12, 23, false)]
    [InlineData(23, 26, true)]
    [InlineData(23, 49, true)]
    public void A_token_expires_after_a_day(int begun, int hours, bool isAsked)
    {
        var (world, token) = Earn(TimeSpan.FromHours(begun));
        world.Now += TimeSpan.FromHours(hours);
        Assert.Equal(isAsked, IsAsked(world, token));
    }

    //= https://www.rfc-editor.org/rfc/rfc9369#section-5
    //= type=test
    //# Servers MUST validate the originating version of any session ticket
    //# or token and not accept one issued from a different version.
    [Fact]
    public void A_token_is_good_for_its_version_only()
    {
        var (world, token) = Earn();
        Assert.True(IsAsked(world, token, QuicVersion.V2));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# If the token is invalid, then the
    //# server SHOULD proceed as if the client did not have a validated
    //# address, including potentially sending a Retry packet.
    [Fact]
    public void A_foreign_token_is_as_good_as_none()
    {
        var (world, _) = Earn();
        var foreign = new byte[AddressTokens.MaxLength];
        var length = new AddressTokens(CryptoProvider.Default, new SeededRandom(3).Fill, new byte[32], world.Server.Endpoint.Options.Epoch)
            .WriteNew(foreign, world.Now, world.Client.Address, QuicVersion.V1);
        Assert.True(IsAsked(world, foreign.AsMemory(0, length)));
        Assert.True(IsAsked(world, new byte[] { 0, 1, 2, 3 }));
        Assert.Equal(0, world.Server.Endpoint.Statistics.InvalidTokens);
    }

    [Fact]
    public void Shards_and_later_runs_with_one_secret_take_each_others_tokens()
    {
        var (world, token) = Earn();
        world.RunFor(TimeSpan.FromMinutes(2));
        world.Server.Configure(static options => options);
        Assert.False(IsAsked(world, token));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.2
    //= type=test
    //# Instead, the
    //# server SHOULD immediately close (Section 10.2) the connection with an
    //# INVALID_TOKEN error.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# When a server receives an Initial packet with an address validation token,
    //# it MUST attempt to validate the token
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
    //= type=test
    //# Tokens sent in Retry packets SHOULD include information that allows the
    //# server to verify that the source IP address and port in client packets
    //# remain constant.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
    //= type=test
    //# Servers SHOULD ensure that tokens sent in Retry packets are only accepted
    //# for a short time, as they are returned immediately by clients.
    [Fact]
    public void A_token_of_a_Retry_is_bound_to_address_port_version_connection_ID_and_time_and_anything_else_ends_the_attempt()
    {
        byte[] retryId = [1, 2, 3, 4, 5, 6, 7, 8];
        byte[] original = [8, 7, 6, 5, 4, 3, 2, 1, 0];
        var server = Server();
        var now = new Timestamp(TimeSpan.TicksPerMinute);
        var token = new byte[AddressTokens.MaxLength];
        token = token[..server.Tokens.WriteRetry(token, now, Client, QuicVersion.V1, retryId, original)];

        Assert.Equal(TokenVerdict.Retry, server.Tokens.Check(now, token, Client, QuicVersion.V1, retryId, out var found));
        Assert.Equal(new ConnectionId(original), found);
        Assert.Equal(TokenVerdict.Retry, server.Tokens.Check(now + TimeSpan.FromSeconds(14), token, Client, QuicVersion.V1, retryId, out _));
        var mistakes = new (Timestamp Now, NetworkAddress Address, QuicVersion Version, byte[] Id, byte[] Token)[]
        {
            (now + TimeSpan.FromSeconds(16), Client, QuicVersion.V1, retryId, token),
            (now, Client with { Port = 50001 }, QuicVersion.V1, retryId, token),
            (now, NetworkAddress.FromIPv4(0x0A000002, 50000), QuicVersion.V1, retryId, token),
            (now, Client, QuicVersion.V2, retryId, token),
            (now, Client, QuicVersion.V1, original, token),
            (now, Client, QuicVersion.V1, retryId, token[..^1]),
            (now, Client, QuicVersion.V1, retryId, [.. token, 0]),
        };
        foreach (var (at, address, version, id, bytes) in mistakes)
        {
            Assert.Equal(TokenVerdict.InvalidRetry, server.Tokens.Check(at, bytes, address, version, id, out _));
            var initial = Initial(version, id, bytes);

            // A packet that was damaged, or made up by somebody who only saw the ID go by, is not the client's word.
            var damaged = initial.ToArray();
            damaged[^1] ^= 1;
            Assert.Null(server.HandleDatagram(at, new(address), EcnCodepoint.NotEct, damaged));
            Assert.False(server.TryTransmit(new byte[Transmit.MaxLength], out _));
            Assert.Null(server.HandleDatagram(at, new(address), EcnCodepoint.NotEct, initial));
            ExpectRefusal(server, version, id, TransportErrorCode.InvalidToken);
            Assert.Equal((0, 0, 0), (server.Count, server.ConnectionIdCount, server.SourceCount));
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.1
    //= type=test
    //# A token sent in a NEW_TOKEN frame or a Retry packet MUST be constructed in a
    //# way that allows the server to identify how it was provided to a client.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# A token issued with NEW_TOKEN MUST NOT include information that would allow
    //# values to be linked by an observer to the connection on which it was issued.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
    //= type=test
    //# An address validation token MUST be difficult to guess.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
    //= type=test
    //# the token MUST be covered by integrity protection against modification or
    //# falsification by clients.
    [Fact]
    public void No_token_with_a_byte_changed_and_no_part_of_one_is_taken()
    {
        byte[] id = [1, 2, 3, 4, 5, 6, 7, 8];
        var tokens = new AddressTokens(CryptoProvider.Default, new SeededRandom(1).Fill, Secret, DateTimeOffset.UnixEpoch);
        var now = new Timestamp(TimeSpan.TicksPerMinute);
        var buffer = new byte[AddressTokens.MaxLength];
        byte[] retry = [.. buffer.AsSpan(0, tokens.WriteRetry(buffer, now, Client, QuicVersion.V1, id, id))];
        byte[] later = [.. buffer.AsSpan(0, tokens.WriteNew(buffer, now, Client, QuicVersion.V1))];
        foreach (var token in new[] { retry, later })
        {
            for (var i = 0; i < token.Length; i++)
            {
                var changed = token.ToArray();
                changed[i] ^= 0x1c;
                Assert.NotInRange(tokens.Check(now, changed, Client, QuicVersion.V1, id, out _), TokenVerdict.Retry, TokenVerdict.NewToken);
                Assert.NotInRange(tokens.Check(now, token.AsSpan(0, i), Client, QuicVersion.V1, id, out _), TokenVerdict.Retry, TokenVerdict.NewToken);
            }
        }

        Assert.Equal(TokenVerdict.Retry, tokens.Check(now, retry, Client, QuicVersion.V1, id, out _));

        // Two tokens for one client have nothing in common that a bystander could see.
        byte[] other = [.. buffer.AsSpan(0, tokens.WriteNew(buffer, now, Client, QuicVersion.V1))];
        Assert.InRange(later.Zip(other).Skip(2).Count(static pair => pair.First == pair.Second), 0, 5);
        Assert.Equal(TokenVerdict.NewToken, tokens.Check(now, later, Client, QuicVersion.V1, id, out _));
        Assert.Equal(TokenVerdict.None, tokens.Check(now, later, Client, QuicVersion.V1, id, out _));
    }

    [Fact]
    public void A_token_is_good_for_one_connection_whichever_of_the_endpoints_with_its_secret_it_comes_to()
    {
        var used = new RecentTokens();
        using var first = new AddressTokens(CryptoProvider.Default, new SeededRandom(1).Fill, Secret, DateTimeOffset.UnixEpoch, used);
        using var second = new AddressTokens(CryptoProvider.Default, new SeededRandom(2).Fill, Secret, DateTimeOffset.UnixEpoch, used);
        var now = new Timestamp(TimeSpan.TicksPerMinute);
        var token = new byte[AddressTokens.MaxLength];
        token = token[..first.WriteNew(token, now, Client, QuicVersion.V1)];
        Assert.Equal(TokenVerdict.NewToken, second.Check(now, token, Client, QuicVersion.V1, default, out _));
        Assert.Equal(TokenVerdict.None, first.Check(now, token, Client, QuicVersion.V1, default, out _));

        // They ask from threads of their own.
        var taken = 0;
        Parallel.For(0, 1000, i =>
        {
            if (used.TryAdd((ulong)(i % 10) + 1)) Interlocked.Increment(ref taken);
        });
        Assert.Equal(10, taken);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# A server MUST ensure that every NEW_TOKEN frame it sends is unique across all
    //# clients
    [Fact]
    public void No_two_tokens_are_the_same()
    {
        var tokens = new AddressTokens(CryptoProvider.Default, new SeededRandom(1).Fill, Secret, DateTimeOffset.UnixEpoch);
        var made = new HashSet<string>();
        var buffer = new byte[AddressTokens.MaxLength];
        for (var i = 0; i < 1000; i++) Assert.True(made.Add(Convert.ToHexString(buffer.AsSpan(0, tokens.WriteNew(buffer, new(1), Client, QuicVersion.V1)))));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.2
    //= type=test
    //# This token MUST be repeated by the client in all Initial packets it sends for
    //# that connection after it receives the Retry packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# The client MUST NOT use the token provided in a Retry for future connections.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# In comparison, a token obtained in a Retry packet MUST be used immediately
    //# during the connection attempt and cannot be used in subsequent connection
    //# attempts.
    [Fact]
    public void Every_Initial_after_a_Retry_carries_its_token_and_no_later_connection_does()
    {
        var (world, earned) = Earn();
        var sent = Watch(world, losesFirst: 3);
        var connection = world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => connection.IsHandshakeConfirmed, TimeSpan.FromSeconds(9));
        var token = sent.First(static token => token.Length > 0);
        Assert.InRange(sent.Count(static token => token.Length > 0), 4, 20);
        Assert.All(sent, t => Assert.True(t.Length == 0 || t == token));
        Assert.All(sent.SkipWhile(static token => token.Length == 0), t => Assert.Equal(token, t));
        Assert.NotEqual(token, Convert.ToHexString(earned.Span));
        if (connection.TryTakeToken(out var later)) Assert.NotEqual(token, Convert.ToHexString(later.Span));

        sent.Clear();
        connection = world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => connection.IsHandshakeConfirmed, TimeSpan.FromSeconds(9));
        Assert.Equal("", sent[0]);
        Assert.DoesNotContain(token, sent);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //= type=test
    //# The client MUST include the token in all Initial packets it sends, unless a
    //# Retry replaces the token with a newer one.
    [Fact]
    public void Every_Initial_carries_the_token_of_an_earlier_connection()
    {
        var (world, token) = Earn();
        var sent = Watch(world, losesFirst: 3);
        Assert.False(IsAsked(world, token));
        Assert.InRange(sent.Count, 4, 20);
        Assert.All(sent, t => Assert.Equal(Convert.ToHexString(token.Span), t));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
    //= type=test
    //# If the client IP address has changed, the server MUST adhere to the
    //# anti-amplification limit
    [Fact]
    public void A_token_from_another_address_buys_nothing()
    {
        var (world, token) = Earn();
        world.Server.Configure(static options => options with { Retry = RetryPolicy.Never });
        world.Client.Address = NetworkAddress.FromIPv4(0x0A000003, 50000);
        long toClient = 0, received = 0;
        world.Link.Drop = (isToServer, bytes) =>
        {
            if (!isToServer) toClient += bytes.Length;
            else if (received == 0) received = bytes.Length;
            else return true;
            return !isToServer;
        };
        world.Client.Connect(world.Now, world.Server, new() { Token = token });
        world.RunFor(TimeSpan.FromSeconds(9));
        Assert.Equal(1200, received);
        Assert.InRange(toClient, 1200, 3 * received);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.2
    //= type=test
    //# Clients MUST discard Retry packets that have a Retry Integrity Tag
    //# that cannot be validated
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5
    //= type=test
    //# a client MUST ignore these bits.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.1
    //= type=test
    //# A client MUST discard a Retry packet that contains a Source Connection ID
    //# field that is identical to the Destination Connection ID field of its Initial
    //# packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.2
    //= type=test
    //# A client MUST accept and process at most one Retry packet for each connection
    //# attempt.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.2
    //= type=test
    //# A client MUST discard a Retry packet with a zero-length Retry Token field.
    [Fact]
    public void A_client_takes_no_Retry_that_was_changed_or_is_empty_or_of_another_version_and_only_one()
    {
        var requests = new Requests(1, 10, 1);
        var world = new World(7, new(), _ => requests, static _ => new Echo());
        var connection = world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromMilliseconds(1));
        var first = connection.InitialDestinationId;
        byte[] good = Retry(QuicVersion.V1, connection, [9, 9, 9, 9, 9, 9, 9, 9], [1, 2, 3]);
        byte[] changed = [.. good];
        changed[^20] ^= 1;
        var path = new NetworkPath(world.Server.Address, world.Client.Address);
        foreach (var bad in new[]
        {
            changed, Retry(QuicVersion.V1, connection, [9, 9, 9, 9, 9, 9, 9, 9], []), Retry(QuicVersion.V2, connection, [9, 9, 9, 9, 9, 9, 9, 9], [1, 2, 3]),
            Retry(QuicVersion.V1, connection, first.Span.ToArray(), [1, 2, 3]), Retry(QuicVersion.V1, connection, [9, 9, 9, 9, 9, 9, 9, 9], new byte[1300]),
        })
        {
            world.Client.Receive(world.Now, path, bad);
            Assert.Equal(first, connection.InitialDestinationId);
        }

        world.Client.Receive(world.Now, path, good);
        Assert.Equal(new ConnectionId([9, 9, 9, 9, 9, 9, 9, 9]), connection.InitialDestinationId);
        world.Client.Receive(world.Now, path, Retry(QuicVersion.V1, connection, [7, 7, 7, 7, 7, 7, 7, 7], [1, 2, 3]));
        Assert.Equal(new ConnectionId([9, 9, 9, 9, 9, 9, 9, 9]), connection.InitialDestinationId);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.2
    //= type=test
    //# After the client has received and processed an Initial or Retry packet from the
    //# server, it MUST discard any subsequent Retry packets that it receives.
    [Fact]
    public void A_Retry_that_comes_after_an_Initial_packet_is_too_late()
    {
        var requests = new Requests(1, 10, 1);
        var world = new World(7, new(), _ => requests, static _ => new Echo());
        var connection = world.Client.Connect(world.Now, world.Server);
        var first = connection.InitialDestinationId;
        world.RunUntil(() => connection.Statistics.PacketsReceived > 0, TimeSpan.FromSeconds(5));
        world.Client.Receive(world.Now, new(world.Server.Address, world.Client.Address), Retry(QuicVersion.V1, connection, [9, 9, 9, 9, 9, 9, 9, 9], [1, 2, 3]));
        Assert.Equal((first, false), (connection.InitialDestinationId, connection.WasRetried));
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(5));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
    //= type=test
    //# New packet numbers MUST be used for any new packets that are sent
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.1
    //= type=test
    //# The client MUST use the value from the Source Connection ID field of the Retry
    //# packet in the Destination Connection ID field of subsequent packets that it
    //# sends.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.2
    //= type=test
    //# The client MUST NOT change the Source Connection ID because the server could
    //# include the connection ID as part of its token validation logic
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.3
    //= type=test
    //# A client MUST use the same cryptographic handshake message it included in this
    //# packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.3
    //= type=test
    //# A client MUST NOT reset the packet number for any packet number space after
    //# processing a Retry packet.
    [Fact]
    public void After_a_Retry_the_same_hello_goes_to_the_ID_it_named_in_packets_with_new_numbers()
    {
        var requests = new Requests(1, 10, 1);
        var world = new World(8, new(), _ => requests, static _ => new Echo());
        world.Server.Configure(static options => options with { Retry = RetryPolicy.Always });
        var connection = world.Client.Connect(world.Now, world.Server);
        var original = connection.InitialDestinationId;
        var packets = new List<InitialPackets.Opened>();
        ConnectionId named = default;
        world.Link.Drop = (isToServer, bytes) =>
        {
            if (isToServer && InitialPackets.TryOpen(bytes, connection.InitialDestinationId, fromServer: false, out var packet)) packets.Add(packet);
            else if (PacketHeader.TryRead(bytes, 8, out var header) && header.Type == PacketType.Retry) named = new(header.SourceId);
            return false;
        };
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(5));
        Assert.NotEqual(original, named);
        Assert.Equal(packets.Count, packets.Select(static packet => packet.Number).Distinct().Count());
        Assert.All(packets, packet => Assert.Equal(connection.FirstLocalId, packet.SourceId));
        var before = packets.TakeWhile(packet => packet.DestinationId == original).ToList();
        var after = packets.Skip(before.Count).Where(static packet => packet.TokenLength > 0 && packet.Crypto.Count > 0).ToList();
        Assert.All(after, packet => Assert.Equal(named, packet.DestinationId));
        Assert.Equal(Hello(before), Hello(after));
        Assert.InRange(Hello(before).Length, 200, 2000);

        static byte[] Hello(List<InitialPackets.Opened> packets) =>
            [.. packets.SelectMany(static packet => packet.Crypto).DistinctBy(static part => part.Key).OrderBy(static part => part.Key).SelectMany(static part => part.Value)];
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.1
    //= type=test
    //# This value MUST NOT be equal to the Destination Connection ID field of the
    //# packet sent by the client.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.1
    //= type=test
    //# A server MUST NOT send more than one Retry packet in response to a single UDP
    //# datagram.
    [Fact]
    public void A_datagram_is_answered_by_one_Retry_whose_ID_is_another()
    {
        byte[] drawn = [7, 7, 7, 7, 7, 7, 7, 7];
        var random = new SeededRandom(1);
        var server = new Endpoint(new()
        {
            Random = random.Fill,
            ResetKey = new byte[32],
            Retry = RetryPolicy.Always,
            DrawConnectionId = id => drawn.CopyTo(id),
            CreateServerHandshake = parameters => TestTls.Server(parameters, random),
        });
        var buffer = new byte[Transmit.MaxLength];
        server.HandleDatagram(new(1), new(Client), EcnCodepoint.NotEct, Initial(QuicVersion.V1, drawn, []));
        Assert.False(server.TryTransmit(buffer, out _));

        byte[] datagram = [.. Initial(QuicVersion.V1, [1, 2, 3, 4, 5, 6, 7, 8], []), .. Initial(QuicVersion.V1, [1, 2, 3, 4, 5, 6, 7, 8], [])];
        server.HandleDatagram(new(1), new(Client), EcnCodepoint.NotEct, datagram);
        Assert.True(server.TryTransmit(buffer, out var answer));
        Assert.False(server.TryTransmit(new byte[Transmit.MaxLength], out _));
        Assert.True(PacketHeader.TryRead(buffer.AsSpan(0, answer.Length), 8, out var header));
        Assert.Equal(PacketType.Retry, header.Type);
        Assert.Equal(drawn, header.SourceId.ToArray());
    }

    /// <summary>A connection whose client is given a token; afterwards the server asks everybody without one.</summary>
    private static (World World, ReadOnlyMemory<byte> Token) Earn(TimeSpan timeOfDay = default)
    {
        var requests = new Requests(1, 10, 1);
        var world = new World(6, new(), _ => requests, static _ => new Echo());
        world.Now += timeOfDay;
        world.Server.Configure(static options => options with { Retry = RetryPolicy.Always, TokenSecret = Secret });
        var connection = world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(5));
        Assert.True(connection.TryTakeToken(out var token));
        Assert.False(connection.TryTakeToken(out _));
        connection.Close(world.Now, 0);
        world.RunFor(TimeSpan.FromSeconds(5));
        return (world, token);
    }

    /// <summary>The tokens of the Initial packets that the client sends from now on; of those with one, the first few are lost.</summary>
    private static List<string> Watch(World world, int losesFirst)
    {
        var sent = new List<string>();
        world.Link.Drop = (isToServer, bytes) =>
        {
            if (!isToServer || !PacketHeader.TryRead(bytes, 8, out var header) || header.Type != PacketType.Initial) return false;
            sent.Add(Convert.ToHexString(header.Token));
            return !header.Token.IsEmpty && losesFirst-- > 0;
        };
        return sent;
    }

    /// <summary>Whether a client with this token is answered with a Retry first.</summary>
    private static bool IsAsked(World world, ReadOnlyMemory<byte> token, QuicVersion? version = null)
    {
        var before = world.Server.Endpoint.Statistics.Retries;
        var connection = world.Client.Connect(world.Now, world.Server, new() { Token = token, Version = version ?? QuicVersion.V1 });
        world.RunUntil(() => connection.IsHandshakeConfirmed, TimeSpan.FromSeconds(5));
        connection.Close(world.Now, 0);
        world.RunFor(TimeSpan.FromSeconds(5));
        return world.Server.Endpoint.Statistics.Retries > before;
    }

    private static Endpoint Server()
    {
        var random = new SeededRandom(1);
        return new(new()
        {
            Random = random.Fill,
            ResetKey = new byte[32],
            TokenSecret = Secret,
            CreateServerHandshake = parameters => TestTls.Server(parameters, random),
        });
    }

    private static byte[] Initial(QuicVersion version, byte[] destination, byte[] token)
    {
        var packet = new byte[1200];
        var writer = new WireWriter(packet);
        PacketHeader.WriteLong(ref writer, version, PacketType.Initial, destination, [0xC1, 0xC2], token, 1);
        var offset = writer.Position;
        VarInt.WriteTwoBytes(packet.AsSpan(offset - 2), packet.Length - offset);
        var (client, server) = InitialSecrets.Derive(CryptoProvider.Default, version, destination);
        client.Packet.Seal(new(0), packet, offset + 1);
        client.Header.Protect(packet, offset, 1);
        client.Dispose();
        server.Dispose();
        return packet;
    }

    private static byte[] Retry(QuicVersion version, Connection client, byte[] source, byte[] token)
    {
        var packet = new byte[1600];
        var writer = new WireWriter(packet);
        writer.WriteByte((byte)(0xcb | (version.BitsOf(PacketType.Retry) << 4)));
        writer.WriteUInt32(version.Number);
        writer.WriteByte((byte)client.FirstLocalId.Length);
        writer.WriteBytes(client.FirstLocalId.Span);
        writer.WriteByte((byte)source.Length);
        writer.WriteBytes(source);
        writer.WriteBytes(token);
        if (writer.Position > RetryIntegrity.MaxPacketLength) return packet;
        new RetryIntegrity(CryptoProvider.Default).ComputeTag(version, client.InitialDestinationId.Span, packet.AsSpan(0, writer.Position), writer.Free);
        return packet[..(writer.Position + RetryIntegrity.TagLength)];
    }

    /// <summary>Opens the one packet that a server closes with what never was a connection.</summary>
    internal static void ExpectRefusal(Endpoint server, QuicVersion version, byte[] destination, TransportErrorCode code)
    {
        var buffer = new byte[Transmit.MaxLength];
        Assert.True(server.TryTransmit(buffer, out var answer));
        Assert.False(server.TryTransmit(new byte[Transmit.MaxLength], out _));
        var packet = buffer.AsSpan(0, answer.Length);
        Assert.True(PacketHeader.TryRead(packet, 8, out var header));
        Assert.Equal((PacketType.Initial, answer.Length), (header.Type, header.End));
        var keys = InitialSecrets.Derive(CryptoProvider.Default, version, destination).Server;
        Assert.True(keys.Header.TryUnprotect(packet, header.PacketNumberOffset, out var number, out var length));
        var payload = packet[(header.PacketNumberOffset + length)..];
        Assert.True(keys.Packet.TryOpen(new(number), packet[..(header.PacketNumberOffset + length)], payload, payload));
        var reader = new WireReader(payload);
        Assert.True(reader.TryReadVarInt(out var type));
        Assert.False(ConnectionCloseFrame.TryRead(ref reader, (FrameType)type, out var close).IsError);
        Assert.Equal((FrameType.ConnectionClose, (long)code), ((FrameType)type, close.ErrorCode));
    }
}
