using System.Diagnostics.CodeAnalysis;
using HyperGen.Http3.Frames;
using HyperGen.Quic;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Http3.Tests;

/// <summary>What a server holds for a connection over which nothing goes on: the handshake is long over, requests were answered, everything was acknowledged.</summary>
public sealed class RestTests(ITestOutputHelper output)
{
    private const int Limit = 8 << 10;

    /// <summary>Such that the tables which the connections share grow once more between the two populations, and count at their emptiest.</summary>
    private const int Count = 600;

    [Fact]
    public void A_connection_at_rest_holds_at_most_8_KiB_and_no_key_of_libcrypto()
    {
        var server = new RestingServer();
        server.Connect(Count);
        HeapWalk before = server.Walk();
        server.Connect(Count);
        HeapWalk after = server.Walk();

        double held = (after.Bytes - before.Bytes) / (double)Count;
        output.WriteLine($"{held:F0} B each, of which");
        foreach (string line in after.LinesSince(before, Count))
        {
            output.WriteLine(line);
        }
        Assert.InRange(held, 1, Limit);

        // A context of EVP is 1.2 KB of native memory, which the walk cannot see. Those of the endpoint are there; of the connections none is left.
        Assert.Equal(Ciphers(before), Ciphers(after));
    }

    private static long Ciphers(HeapWalk walk) => walk.Held.Where(static kind => kind.Key.IsAssignableTo(typeof(Aead))).Sum(static kind => kind.Value.Count);

    /// <summary>A server without a network, and the clients that connected to it, each of which has made a few requests.</summary>
    [SuppressMessage("Design", "CA1001", Justification = "Its connections rest until the test is over, and endpoints are disposed when they have none.")]
    private sealed class RestingServer
    {
        private static readonly DateTimeOffset s_wall = DateTimeOffset.UnixEpoch.AddYears(55);

        private readonly byte[] _buffer = new byte[Transmit.MaxLength];
        private readonly SeededRandom _random = new(1);
        private readonly EmptyAnswers _answers = new();
        private readonly Http3Options _options = new();
        private readonly List<Http3Connection> _connections = [];
        private readonly Endpoint _endpoint;
        private readonly Endpoint _clients;
        private Timestamp _now = new(TimeSpan.TicksPerHour);

        public RestingServer()
        {
            // As long as a server keeps a client that says nothing: the connections are to rest, not to end.
            RandomSource fill = _random.Fill;
            var tickets = new TicketKeys(CryptoProvider.Default, fill);
            tickets.Rotate(new byte[TicketKeys.SecretLength]);
            ConnectionLimits limits = ConnectionLimits.Default with { IdleTimeout = TimeSpan.FromMinutes(10) };
            _clients = new Endpoint(new() { Random = fill, ResetKey = new byte[32], Limits = limits });
            _endpoint = new Endpoint(new()
            {
                Random = fill,
                ResetKey = new byte[32],
                Limits = limits,
                CreateServerHandshake = parameters =>
                {
                    var handshake = new ServerHandshake(HandshakeOptions.Default, fill, tickets, s_wall);
                    handshake.SetTransportParameters(parameters.Span);
                    return handshake;
                },
            });
        }

        public void Connect(int count)
        {
            for (int index = 0; index < count; index++)
            {
                ConnectOne();
            }
        }

        public HeapWalk Walk() => HeapWalk.From(_endpoint, _connections);

        private void ConnectOne()
        {
            ushort port = (ushort)(10_000 + _connections.Count);
            var toServer = new NetworkPath(NetworkAddress.FromIPv4(2, 443), NetworkAddress.FromIPv4(1, port));
            var toClient = new NetworkPath(NetworkAddress.FromIPv4(1, port), NetworkAddress.FromIPv4(2, 443));
            Connection client = _clients.Connect(_now, toServer, parameters => new ClientHandshake(
                HandshakeOptions.Default,
                new ClientOptions { ServerName = "h3.test", ApplicationProtocols = [TestTls.Protocol], TransportParameters = parameters, KeepsSessions = true, Now = s_wall },
                _random.Fill));
            var http = new Http3Connection(client, _options, source: null);
            http.OnReady = static http =>
            {
                // Browsers and curl open the streams of QPACK too, whether they use its table or not.
                http.Quic.TryOpenStream(unidirectional: true)!.Write([(byte)StreamType.QpackEncoder]);
                http.Quic.TryOpenStream(unidirectional: true)!.Write([(byte)StreamType.QpackDecoder]);
            };
            var server = default(Http3Connection);
            for (int round = 0; round < 20; round++)
            {
                Exchange(client, http, toClient, toServer, ref server);
                if (round is 5 or 6)
                {
                    for (int request = 0; request < 4; request++)
                    {
                        var next = new EmptyRequest();
                        Assert.True(http.TryOpen(next));
                        next.Send();
                    }
                }
                Pass(client, server!);
            }
            _connections.Add(server!);
            Assert.Equal(ConnectionState.Established, server!.Quic.State);
            Assert.Equal(0, server.RequestCount);

            // The client is only forgotten, as one is that goes out of reach.
            client.Abandon(_now);
        }

        private void Exchange(Connection client, Http3Connection http, NetworkPath toClient, NetworkPath toServer, ref Http3Connection? server)
        {
            bool any;
            do
            {
                any = false;
                while (client.TryTransmit(_now, _buffer, out Transmit transmit))
                {
                    any = true;
                    if (_endpoint.HandleBatch(_now, toClient, transmit, _buffer) is { } accepted)
                    {
                        server ??= new Http3Connection(accepted, _options, _answers);
                    }
                }
                Handle(server!);
                while (server!.Quic.TryTransmit(_now, _buffer, out Transmit transmit))
                {
                    any = true;
                    _clients.HandleBatch(_now, toServer, transmit, _buffer);
                }
                Handle(http);
                _now += TimeSpan.FromMicroseconds(20);
            }
            while (any);
        }

        private void Handle(Http3Connection http)
        {
            while (http.Quic.TryGetEvent(out ConnectionEvent next))
            {
                if (next.Kind == ConnectionEventKind.HandshakeQuestion)
                {
                    TestTls.Answer(http.Quic);
                    http.Quic.HandleAnswer(_now);
                }
                else
                {
                    http.Handle(_now, next);
                    if (next.Kind == ConnectionEventKind.HandshakeCompleted && http.Quic.Role == Role.Server)
                    {
                        Assert.True(http.Quic.Handshake.TryIssueTicket(s_wall, [], allowsEarlyData: false));
                        http.Quic.HandleAnswer(_now);
                    }
                }
            }
        }

        private void Pass(Connection client, Http3Connection server)
        {
            _now += TimeSpan.FromMilliseconds(500);
            client.HandleTimeout(_now);
            server.Quic.HandleTimeout(_now);
        }
    }
}
