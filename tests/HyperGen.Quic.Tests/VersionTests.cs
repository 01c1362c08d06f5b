using HyperGen.Quic.Parameters;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic.Tests;

/// <summary>Which version two endpoints end up with, and that nobody between them can choose for them: RFC 9000 section 6, RFC 9368, RFC 9369.</summary>
public sealed class VersionTests
{
    private static readonly QuicVersion V1 = QuicVersion.V1;
    private static readonly QuicVersion V2 = QuicVersion.V2;

    /// <summary>First flight, the client's preference, the server's versions, what comes out.</summary>
    public static TheoryData<string, string, string, string> Negotiations => new()
    {
        { "1", "1,2", "1,2", "1" },
        { "1", "2,1", "1,2", "2" },
        { "1", "2,1", "1", "1" },
        { "1", "1", "1,2", "1" },
        { "2", "2,1", "1,2", "2" },
        { "2", "1,2", "1,2", "1" },
        { "2", "2", "1,2", "2" },
        { "2", "2,1", "1", "1" },
        { "1", "2,1", "2", "2" },
    };

    [Theory]
    [MemberData(nameof(Negotiations))]
    public void Both_ends_agree_on_the_version_and_data_flows(string first, string client, string server, string expected)
    {
        for (ulong seed = 1; seed <= 4; seed++)
        {
            var requests = new Requests(5, 3000, 5);
            var world = new World(seed, new() { Loss = seed == 1 ? 0 : 0.15, Reordering = 0.2, Duplication = 0.1 }, _ => requests, static _ => new Echo());
            Speak(world, Parse(client), Parse(server));
            var connection = world.Client.Connect(world.Now, world.Server, new() { Version = Parse(first)[0] });
            world.RunUntil(() => requests.Completed == 5, TimeSpan.FromMinutes(2));
            Assert.Equal(Parse(expected)[0], connection.Version);
            Assert.All(world.Server.Connections, c => Assert.Equal(Parse(expected)[0], c.Version));
        }
    }

    [Fact]
    public void Without_a_common_version_the_client_ends()
    {
        var requests = new Requests(1, 1, 1);
        var world = new World(1, new(), _ => requests, static _ => new Echo());
        Speak(world, [V1], [V2]);
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Closed.Kind == CloseKind.VersionNegotiation, TimeSpan.FromSeconds(5));
        Assert.Equal((0, 0), (world.Client.Endpoint.Count, world.Server.Endpoint.Count));
    }

    //= https://www.rfc-editor.org/rfc/rfc9368#section-4
    //= type=test
    //# If the client would have selected a different version, the client
    //# MUST close the connection with a version negotiation error.
    [Fact]
    public void A_forged_Version_Negotiation_packet_cannot_force_a_downgrade()
    {
        // The client wants version 2 and the server speaks it; somebody on the path says that it speaks version 1 only.
        var requests = new Requests(1, 1, 1);
        var world = new World(1, new(), _ => requests, static _ => new Echo());
        Speak(world, [V2, V1], [V2, V1]);
        world.Link.Drop = (isToServer, bytes) => isToServer && PacketHeader.TryRead(bytes, 8, out var header) && header.Version == V2 && requests.Closed.Kind == CloseKind.None;
        var connection = world.Client.Connect(world.Now, world.Server, new() { Version = V2 });
        world.RunFor(TimeSpan.FromMilliseconds(1));
        Forge(world, connection, [V1]);
        world.RunUntil(() => requests.Closed.Kind != CloseKind.None, TimeSpan.FromSeconds(5));
        Assert.Equal((CloseKind.ByTransport, (long)TransportErrorCode.VersionNegotiationError), (requests.Closed.Kind, requests.Closed.ErrorCode));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-6.2
    //= type=test
    //# A client MUST discard a Version Negotiation packet that lists
    //# the QUIC version selected by the client.
    [Fact]
    public void A_Version_Negotiation_packet_that_lists_the_version_used_or_comes_late_is_ignored()
    {
        var requests = new Requests(2, 100, 1);
        var world = new World(1, new(), _ => requests, static _ => new Echo());

        // The client would rather speak version 2, and the server cannot.
        Speak(world, [V2, V1], [V1]);
        var connection = world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromMilliseconds(1));
        Forge(world, connection, [V1, V2]);
        world.RunUntil(() => requests.HandshakeCompleted, TimeSpan.FromSeconds(5));
        Forge(world, connection, [V2]);
        world.RunUntil(() => requests.Completed == 2, TimeSpan.FromSeconds(5));
        Assert.Equal((V1, CloseKind.None), (connection.Version, connection.CloseReason.Kind));
    }

    [Fact]
    public void A_Version_Negotiation_packet_from_who_did_not_see_the_clients_means_nothing()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        world.Link.Drop = static (_, _) => true;
        var connection = world.Client.Connect(world.Now, world.Server);
        var buffer = new byte[64];
        var length = VersionNegotiationPacket.Write(buffer, connection.FirstLocalId.Span, new byte[8], [V2], 0x1a2a3a4a, 7);
        world.Client.Receive(world.Now, new(world.Server.Address, world.Client.Address), buffer.AsSpan(0, length));
        Assert.Equal(V1, connection.Version);
        Forge(world, connection, [V2]);
        Assert.Equal(V2, connection.Version);
    }

    /// <summary>A token belongs to its version: in another one it would only tell who comes back.</summary>
    [Fact]
    public void No_token_goes_along_to_another_version()
    {
        var requests = new Requests(1, 1, 1);
        var world = new World(1, new(), _ => requests, static _ => new Echo());
        Speak(world, [V1, V2], [V2]);
        var tokens = new List<(QuicVersion, int)>();
        world.Link.Drop = (isToServer, bytes) =>
        {
            if (isToServer && PacketHeader.TryRead(bytes, 8, out var header) && header.Type == PacketType.Initial) tokens.Add((header.Version!, header.Token.Length));
            return false;
        };
        world.Client.Connect(world.Now, world.Server, new() { Token = new byte[40] });
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(5));
        Assert.Equal([(V1, 40), (V2, 0)], tokens.Distinct());
    }

    [Fact]
    public void A_server_that_went_to_another_version_still_reads_the_clients_first_one()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        Speak(world, [V2, V1], [V2, V1]);
        world.Link.Drop = static (isToServer, _) => !isToServer;
        var connection = world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromSeconds(4));
        var server = Assert.Single(world.Server.Connections);
        Assert.Equal((V1, V2), (connection.Version, server.Version));
        Assert.True(server.Statistics.PacketsReceived > 1);
        Assert.Equal(0, server.Statistics.PacketsDropped);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-6.2
    //= type=test
    //# A client MUST discard any Version Negotiation packet if it has received and
    //# successfully processed any other packet, including an earlier Version
    //# Negotiation packet.
    [Fact]
    public void Only_the_first_Version_Negotiation_packet_counts()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        world.Link.Drop = static (_, _) => true;
        var connection = world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromMilliseconds(1));
        Forge(world, connection, [V2]);
        Assert.Equal(V2, connection.Version);
        Forge(world, connection, [V1]);
        Assert.Equal(V2, connection.Version);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-6.1
    //= type=test
    //# An endpoint MUST NOT send a Version Negotiation packet
    //# in response to receiving a Version Negotiation packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
    //= type=test
    //# if the packet is large enough to initiate a new connection for any supported
    //# version, the server SHOULD send a Version Negotiation packet
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
    //= type=test
    //# Servers MUST drop smaller packets that specify unsupported versions.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
    //= type=test
    //# Servers SHOULD respond with a Version Negotiation packet, provided that the
    //# datagram is sufficiently long.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
    //= type=test
    //# servers SHOULD set the most significant bit of this field (0x40) to 1 so that
    //# Version Negotiation packets appear to have the Fixed Bit field.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
    //= type=test
    //# The Version field of a Version Negotiation packet MUST be set to 0x00000000.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
    //= type=test
    //# The server MUST include the value from the Source Connection ID field of the
    //# packet it receives in the Destination Connection ID field.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
    //= type=test
    //# The value for Source Connection ID MUST be copied from the Destination
    //# Connection ID of the received packet
    [Fact]
    public void A_server_answers_unknown_versions_of_full_size_and_nothing_else()
    {
        var client = new RawClient();
        var buffer = new byte[Transmit.MaxLength];
        foreach (var (version, length, answered) in new[] { (0x1a2a3a4au, 1200, true), (0x1a2a3a4au, 1199, false), (0u, 1200, false), (0xff00_001du, 1500, true) })
        {
            var datagram = new byte[length];
            var writer = new WireWriter(datagram);
            writer.WriteByte(0xc0);
            writer.WriteUInt32(version);
            writer.WriteBytes([8, 1, 2, 3, 4, 5, 6, 7, 8, 2, 9, 9]);
            Assert.Null(client.ServerEndpoint.HandleDatagram(client.Now, default, EcnCodepoint.NotEct, datagram));
            Assert.Equal(answered, client.ServerEndpoint.TryTransmit(buffer, out var answer));
            if (!answered) continue;
            Assert.True(PacketHeader.TryRead(buffer.AsSpan(0, answer.Length), 8, out var header));
            Assert.Equal(PacketType.VersionNegotiation, header.Type);
            Assert.Equal([9, 9], header.DestinationId.ToArray());
            Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], header.SourceId.ToArray());
            Assert.True(VersionNegotiationPacket.Lists(header.Token, V1.Number) && VersionNegotiationPacket.Lists(header.Token, V2.Number));
            Assert.False(VersionNegotiationPacket.Lists(header.Token, version));
            Assert.Equal(12, header.Token.Length);
            Assert.Equal([0xc0, 0, 0, 0, 0], new[] { (byte)(buffer[0] & 0xc0), buffer[1], buffer[2], buffer[3], buffer[4] });
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
    //= type=test
    //# Version-specific rules for the connection ID therefore MUST NOT influence a
    //# decision about whether to send a Version Negotiation packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
    //= type=test
    //# A server MUST NOT send more than one Version Negotiation packet in response to a
    //# single UDP datagram.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 21)]
    [InlineData(255, 255)]
    public void Connection_IDs_of_any_length_are_answered_and_once_a_datagram(int destination, int source)
    {
        var server = new RawClient().ServerEndpoint;
        var packet = new byte[1200];
        var writer = new WireWriter(packet);
        writer.WriteByte(0x80);
        writer.WriteUInt32(0x1a2a3a4a);
        writer.WriteByte((byte)destination);
        packet.AsSpan(writer.Position, destination).Fill(1);
        writer.Advance(destination);
        writer.WriteByte((byte)source);
        packet.AsSpan(writer.Position, source).Fill(2);
        server.HandleDatagram(new(1), default, EcnCodepoint.NotEct, new byte[][] { packet, packet }.SelectMany(static bytes => bytes).ToArray());
        var buffer = new byte[Transmit.MaxLength];
        Assert.True(server.TryTransmit(buffer, out var answer));
        Assert.False(server.TryTransmit(new byte[Transmit.MaxLength], out _));
        Assert.True(PacketHeader.TryRead(buffer.AsSpan(0, answer.Length), 8, out var header));
        Assert.Equal((source, destination), (header.DestinationId.Length, header.SourceId.Length));
        Assert.True(header.DestinationId.IndexOfAnyExcept((byte)2) < 0 && header.SourceId.IndexOfAnyExcept((byte)1) < 0);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
    //= type=test
    //# Clients MUST ignore the value of this field.
    [Theory]
    [InlineData(0x80)]
    [InlineData(0xbf)]
    [InlineData(0xff)]
    public void The_unused_bits_of_a_Version_Negotiation_packet_mean_nothing(byte first)
    {
        var requests = new Requests(1, 1, 1);
        var world = new World(1, new(), _ => requests, static _ => new Echo());
        Speak(world, [V1], [V2]);
        var connection = world.Client.Connect(world.Now, world.Server);
        byte[] packet =
        [
            first, 0, 0, 0, 0, (byte)connection.FirstLocalId.Length, .. connection.FirstLocalId.Span,
            (byte)connection.InitialDestinationId.Length, .. connection.InitialDestinationId.Span, 0x6b, 0x33, 0x43, 0xcf,
        ];
        world.Client.Receive(world.Now, new(world.Server.Address, world.Client.Address), packet);
        Assert.Equal(CloseKind.VersionNegotiation, connection.CloseReason.Kind);
    }

    //= https://www.rfc-editor.org/rfc/rfc9368#section-4
    //= type=test
    //# If the two differ, the server MUST close the connection
    //# with a version negotiation error.
    [Fact]
    public void A_client_that_claims_another_version_than_it_speaks_is_refused()
    {
        var client = new RawClient(static parameters => parameters.VersionInformation = new(V2.Number, [V1.Number, V2.Number])).Start();
        client.ExpectClose(TransportErrorCode.VersionNegotiationError);
    }

    [Fact]
    public void A_server_that_claims_another_version_than_it_speaks_is_left()
    {
        var server = new RawServer(static parameters => parameters.VersionInformation = new(V2.Number, [V1.Number, V2.Number]));
        server.Answer(EncryptionLevel.OneRtt);
        server.ExpectClose(TransportErrorCode.VersionNegotiationError);
        server = new RawServer(static parameters => parameters.VersionInformation = new(V1.Number, [V1.Number, V2.Number]));
        server.Connect();
    }

    [Fact]
    public void Malformed_version_information_is_a_parameter_error()
    {
        var client = new RawClient(static parameters => parameters.VersionInformation = new(V1.Number, [V2.Number])).Start();
        client.ExpectClose(TransportErrorCode.TransportParameterError);
        client = new RawClient(static parameters => parameters.VersionInformation = new(V1.Number, [V1.Number, 0])).Start();
        client.ExpectClose(TransportErrorCode.TransportParameterError);
        Assert.Null(VersionInformation.TryRead([0, 0, 0], Role.Server));
        Assert.Null(VersionInformation.TryRead([], Role.Server));
        Assert.NotNull(VersionInformation.TryRead([0, 0, 0, 1], Role.Server));
    }

    [Fact]
    public void A_reserved_version_is_always_among_those_we_offer()
    {
        for (var unpredictable = 0; unpredictable < 256; unpredictable++)
        {
            var offered = VersionInformation.Of(V1, QuicVersion.All, (byte)unpredictable);
            Assert.Single(offered.Available, static version => (version & 0x0f0f_0f0f) == 0x0a0a_0a0a);
            Assert.Equal([V1.Number, V2.Number], offered.Available.Where(static version => QuicVersion.Find(version) is not null));
        }
    }

    private static void Speak(World world, QuicVersion[] client, QuicVersion[] server)
    {
        world.Client.Configure(options => options with { Versions = client });
        world.Server.Configure(options => options with { Versions = server });
    }

    private static QuicVersion[] Parse(string versions) => [.. versions.Split(',').Select(static v => v == "1" ? V1 : V2)];

    /// <summary>Somebody who sees the client's packets answers them.</summary>
    private static void Forge(World world, Connection connection, QuicVersion[] versions)
    {
        var buffer = new byte[64];
        var length = VersionNegotiationPacket.Write(
            buffer, connection.FirstLocalId.Span, connection.InitialDestinationId.Span, versions, 0x1a2a3a4a, 7);
        world.Client.Receive(world.Now, new(world.Server.Address, world.Client.Address), buffer.AsSpan(0, length));
    }
}
