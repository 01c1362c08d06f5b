using System.Diagnostics.CodeAnalysis;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests;

/// <summary>0-RTT in both roles: RFC 9000 section 7.4.1, RFC 9001 section 4.6.</summary>
public sealed class EarlyDataTests
{
    private static readonly DateTimeOffset Wall = DateTimeOffset.UnixEpoch.AddYears(60);

    [Theory]
    [InlineData(1UL, 0.0)]
    [InlineData(2UL, 0.15)]
    [InlineData(3UL, 0.15)]
    [InlineData(4UL, 0.3)]
    public void Requests_go_with_the_first_packets_and_are_answered_a_round_trip_sooner(ulong seed, double loss)
    {
        var lab = new Lab(seed);
        var session = lab.Earn();
        lab.World.Link.Conditions = new() { Loss = loss, Reordering = loss, Duplication = loss };
        var requests = new Requests(5, 700, 5);
        var start = lab.World.Now;
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 5, TimeSpan.FromMinutes(1));
        Assert.Equal(EarlyDataState.Accepted, connection.EarlyData);
        if (loss > 0) return;
        Assert.Equal(5, lab.Early.Count(static early => early));

        // There and back again, 10 ms each: nothing waited for the handshake.
        Assert.InRange(lab.World.Now - start, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(25));
    }

    [Fact]
    public void Without_early_data_no_stream_is_early()
    {
        var lab = new Lab(1);
        lab.Earn();
        Assert.Equal([false], lab.Early);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.2
    //= type=test
    //# When 0-RTT is rejected, all connection characteristics
    //# that the client assumed might be incorrect.
    [Theory]
    [InlineData(1UL, 0.0)]
    [InlineData(2UL, 0.15)]
    [InlineData(3UL, 0.3)]
    public void What_the_server_does_not_read_is_sent_again_after_the_handshake(ulong seed, double loss)
    {
        var lab = new Lab(seed);
        lab.World.Server.AdmitsEarlyData = static (_, _) => false;
        var session = lab.Earn();
        lab.World.Link.Conditions = new() { Loss = loss, Reordering = loss, Duplication = loss };
        var requests = new Requests(5, 5000, 5);
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 5, TimeSpan.FromMinutes(1));
        Assert.Equal(EarlyDataState.Rejected, connection.EarlyData);
        Assert.DoesNotContain(true, lab.Early);
        Assert.Contains(ConnectionEventKind.EarlyDataRejected, lab.ClientEvents);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //= type=test
    //# A server MUST reject 0-RTT data if the restored values for transport
    //# parameters cannot be supported.
    [Fact]
    public void A_server_whose_limits_shrank_reads_none_and_the_smaller_limits_hold()
    {
        var lab = new Lab(1);
        var session = lab.Earn();
        lab.Restart(new() { StreamWindow = 2000, ConnectionWindow = 3000, BidirectionalStreams = 2, UnidirectionalStreams = 8 });
        var requests = new Requests(6, 5000, 6);
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 6, TimeSpan.FromMinutes(1));
        Assert.Equal((EarlyDataState.Rejected, CloseKind.None), (connection.EarlyData, connection.CloseReason.Kind));
    }

    [Fact]
    public void A_client_keeps_to_the_limits_it_remembers()
    {
        var lab = new Lab(1) { Limits = new() { BidirectionalStreams = 3 } };
        var session = lab.Earn();
        var requests = new Requests(10, 100, 10);
        var connection = lab.Connect(session, requests);
        Assert.Equal(3, connection.StreamCount);
        lab.World.RunUntil(() => requests.Completed == 10, TimeSpan.FromSeconds(10));
        Assert.Equal(EarlyDataState.Accepted, connection.EarlyData);
    }

    [Theory]
    [InlineData(1UL, 0.0)]
    [InlineData(2UL, 0.2)]
    public void Early_data_survives_a_Retry(ulong seed, double loss)
    {
        var lab = new Lab(seed);
        var session = lab.Earn();
        lab.World.Server.Configure(static options => options with { Retry = Tokens.RetryPolicy.Always });
        lab.World.Link.Conditions = new() { Loss = loss };
        var requests = new Requests(3, 700, 3);
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 3, TimeSpan.FromMinutes(1));
        Assert.Equal(EarlyDataState.Accepted, connection.EarlyData);
        Assert.True(lab.World.Server.Endpoint.Statistics.Retries > 0);
        if (loss == 0) Assert.Equal(3, lab.Early.Count(static early => early));
    }

    //= https://www.rfc-editor.org/rfc/rfc9369#section-4.1
    //= type=test
    //# Servers can accept 0-RTT and then process 0-RTT packets from the
    //# original version.
    [Fact]
    public void Early_data_of_version_1_is_read_while_both_go_to_version_2()
    {
        var lab = new Lab(1);
        var session = lab.Earn();
        lab.World.Client.Configure(static options => options with { Versions = [QuicVersion.V2, QuicVersion.V1] });
        var requests = new Requests(3, 700, 3);
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 3, TimeSpan.FromSeconds(10));
        Assert.Equal((EarlyDataState.Accepted, QuicVersion.V2), (connection.EarlyData, connection.Version));
        Assert.Equal(3, lab.Early.Count(static early => early));
    }

    [Fact]
    public void Early_packets_of_a_datagram_wait_for_the_answers_that_the_ClientHello_needs()
    {
        // The first datagram holds the ClientHello and early data; the server asks two questions before it has the keys of the latter.
        var lab = new Lab(1);
        var session = lab.Earn();
        var coalesced = 0;
        lab.World.Link.Drop = (isToServer, bytes) =>
        {
            if (PacketHeader.TryRead(bytes, 8, out var header) && header.Type == PacketType.Initial && PacketHeader.TryRead(bytes.AsSpan(header.End), 8, out var next)
                && next.Type == PacketType.ZeroRtt) coalesced++;
            return isToServer && coalesced == 0;
        };
        var requests = new Requests(1, 100, 1);
        lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(10));
        Assert.Equal((1, true), (coalesced, lab.Early[0]));
    }

    [Theory]
    [InlineData("ACK", new byte[] { 0x02, 0, 0, 0, 0 })]
    [InlineData("CRYPTO", new byte[] { 0x06, 0, 1, 0 })]
    [InlineData("NEW_TOKEN", new byte[] { 0x07, 1, 0 })]
    [InlineData("PATH_RESPONSE", new byte[] { 0x1b, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData("RETIRE_CONNECTION_ID", new byte[] { 0x19, 0 })]
    [InlineData("HANDSHAKE_DONE", new byte[] { 0x1e })]
    public void A_frame_that_early_data_cannot_hold_is_a_violation(string what, byte[] frame)
    {
        Assert.NotEmpty(what);
        Assert.True(FrameTypes.IsForbiddenInZeroRtt((FrameType)frame[0]));
        var lab = new Lab(1);
        var session = lab.Earn();
        lab.SendEarly(session, frame);
        lab.World.RunFor(TimeSpan.FromMilliseconds(15));
        var server = lab.World.Server.Connections[^1];
        Assert.Equal((CloseKind.ByTransport, (long)TransportErrorCode.ProtocolViolation), (server.CloseReason.Kind, server.CloseReason.ErrorCode));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.3
    //= type=test
    //# After receiving a 1-RTT
    //# packet, servers MUST discard 0-RTT keys within a short time
    [Fact]
    public void Early_keys_are_gone_soon_after_the_handshake()
    {
        var lab = new Lab(1);
        var session = lab.Earn();
        var requests = new Requests(1, 700, 1);
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => connection.IsHandshakeConfirmed, TimeSpan.FromSeconds(10));
        Assert.False(connection.HasEarlyKeys);
        var server = lab.World.Server.Connections[^1];
        Assert.True(server.HasEarlyKeys);
        lab.World.RunFor(TimeSpan.FromSeconds(2));
        Assert.False(server.HasEarlyKeys);
    }

    [Fact]
    public void Limits_cover_what_was_remembered_only_when_none_is_lower()
    {
        var now = new TransportParameters
        {
            InitialMaxData = 5,
            InitialMaxStreamDataBidiLocal = 5,
            InitialMaxStreamDataBidiRemote = 5,
            InitialMaxStreamDataUni = 5,
            InitialMaxStreamsBidi = 5,
            InitialMaxStreamsUni = 5,
            ActiveConnectionIdLimit = 5,
        };
        Assert.True(now.Covers(now));
        Assert.True(now.Covers(new()));
        Assert.False(now.Covers(new() { InitialMaxData = 6 }));
        Assert.False(now.Covers(new() { InitialMaxStreamDataBidiLocal = 6 }));
        Assert.False(now.Covers(new() { InitialMaxStreamDataBidiRemote = 6 }));
        Assert.False(now.Covers(new() { InitialMaxStreamDataUni = 6 }));
        Assert.False(now.Covers(new() { InitialMaxStreamsBidi = 6 }));
        Assert.False(now.Covers(new() { InitialMaxStreamsUni = 6 }));
        Assert.False(now.Covers(new() { ActiveConnectionIdLimit = 6 }));
    }

    /// <summary>A client and a server that keep sessions.</summary>
    [SuppressMessage("Design", "CA1001", Justification = "Its keys live as long as the test.")]
    private sealed class Lab
    {
        private readonly TicketKeys _tickets;
        private Node.IApplication? _client;
        private ClientSession? _offered;

        public Lab(ulong seed)
        {
            var random = new SeededRandom(seed);
            _tickets = new(CryptoProvider.Default, random.Fill);
            _tickets.Rotate(new byte[TicketKeys.SecretLength]);
            World = new(seed, new(), _ => new Watcher(this), _ => new Server(this));
            Restart(ConnectionLimits.Default);
        }

        public World World { get; }

        public ConnectionLimits Limits { init => Restart(value); }

        /// <summary>Of each request that the server answered, whether it was early.</summary>
        public List<bool> Early { get; } = [];

        public List<ConnectionEventKind> ClientEvents { get; } = [];

        public void Restart(ConnectionLimits limits) => World.Server.Configure(options => options with
        {
            Limits = limits,
            CreateServerHandshake = parameters =>
            {
                var handshake = new ServerHandshake(HandshakeOptions.Default, World.Server.Random.Fill, _tickets, Wall);
                handshake.SetTransportParameters(parameters.Span);
                return handshake;
            },
        });

        /// <summary>Connects once for a session.</summary>
        public ClientSession Earn()
        {
            var requests = new Requests(1, 100, 1);
            var connection = Connect(null, requests);
            World.RunUntil(() => requests.Completed == 1 && ClientEvents.Contains(ConnectionEventKind.SessionReceived), TimeSpan.FromSeconds(10));
            Assert.True(connection.TryTakeSession(out var session));
            session.ReceivedAt = Wall;
            return session;
        }

        public Connection Connect(ClientSession? session, Requests application)
        {
            if (session is not null) Early.Clear();
            _client = application;
            _offered = session;
            var connection = World.Client.Connect(World.Now, World.Server, new() { RememberedParameters = session?.TransportParameters ?? default }, CreateClient);
            Assert.Equal(session is not null, connection.CanSendEarlyData);

            // An application that has requests to send does not wait for the handshake when it need not.
            if (connection.CanSendEarlyData) application.OnEvent(connection, World.Now, new(ConnectionEventKind.StreamsAvailable));
            return connection;
        }

        /// <summary>Sends a ClientHello and, in a valid early packet, frames that no client of ours would.</summary>
        public void SendEarly(ClientSession session, byte[] frames)
        {
            _offered = session;
            byte[] source = [0xC1, 0xC2], destination = [1, 2, 3, 4, 5, 6, 7, 8];
            var parameters = new byte[TransportParameters.MaxEncodedLength];
            var tls = CreateClient(parameters.AsMemory(0, new TransportParameters { InitialSourceConnectionId = new(source) }.Write(parameters)));
            Assert.True(tls.TryGetEvent(out var early) && early.Level == EncryptionLevel.EarlyData);
            Assert.True(tls.TryGetOutput(out _, out var hello));
            var crypto = new byte[hello.Length + 10];
            var writer = new WireWriter(crypto);
            CryptoFrame.WriteHeader(ref writer, 0, hello.Length);
            writer.WriteBytes(hello.Span);
            var initial = Packet(
                PacketType.Initial, InitialSecrets.Derive(CryptoProvider.Default, QuicVersion.V1, destination).Client, crypto[..writer.Position], 1150);
            var keys = new DirectionKeys(CryptoProvider.Default, QuicVersion.V1, early.Secret.Suite, early.Secret.Bytes);
            byte[] datagram = [.. initial, .. Packet(PacketType.ZeroRtt, keys, frames, 50)];
            World.Link.Send(World.Now, toServer: true, World.ClientAddress, World.ServerAddress, EcnCodepoint.NotEct, datagram);

            byte[] Packet(PacketType type, DirectionKeys keys, byte[] payload, int length)
            {
                var packet = new byte[length];
                var writer = new WireWriter(packet);
                PacketHeader.WriteLong(ref writer, QuicVersion.V1, type, destination, source, default, 1);
                var offset = writer.Position;
                writer.WriteByte(0);
                writer.WriteBytes(payload);
                VarInt.WriteTwoBytes(packet.AsSpan(offset - 2), length - offset);
                keys.Packet.Seal(new(0), packet, offset + 1);
                keys.Header.Protect(packet, offset, 1);
                return packet;
            }
        }

        private TlsHandshake CreateClient(ReadOnlyMemory<byte> parameters) => new ClientHandshake(
            HandshakeOptions.Default,
            new()
            {
                ServerName = "h3.test",
                ApplicationProtocols = [TestTls.Protocol],
                TransportParameters = parameters,
                KeepsSessions = true,
                Session = _offered,
                SendsEarlyData = true,
                Now = Wall + TimeSpan.FromSeconds(1),
            },
            World.Client.Random.Fill);

        private sealed class Watcher(Lab lab) : Node.IApplication
        {
            private readonly Node.IApplication _application = lab._client!;

            public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
            {
                lab.ClientEvents.Add(connectionEvent.Kind);
                _application.OnEvent(connection, now, connectionEvent);
            }
        }

        private sealed class Server(Lab lab) : Node.IApplication
        {
            private readonly Echo _echo = new();

            public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
            {
                if (connectionEvent.Kind == ConnectionEventKind.HandshakeCompleted)
                {
                    Assert.True(connection.Handshake.TryIssueTicket(Wall, [1, 2, 3], allowsEarlyData: true));
                    connection.HandleAnswer(now);
                }

                if (connectionEvent.Kind == ConnectionEventKind.StreamOpened) lab.Early.Add(connectionEvent.Stream!.IsEarly);
                _echo.OnEvent(connection, now, connectionEvent);
            }
        }
    }
}
