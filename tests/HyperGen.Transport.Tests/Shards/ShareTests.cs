using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Tls;
using HyperGen.Transport.Interop;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Shards;

/// <summary>How many connections all shards of a server take together, in all and from one source.</summary>
public sealed class ShareTests
{
    /// <summary>No connection of theirs ends by itself, however busy the machine is.</summary>
    private static readonly ConnectionLimits s_patient = ConnectionLimits.Default with
    {
        IdleTimeout = TimeSpan.FromMinutes(10),
        HandshakeTimeout = TimeSpan.FromMinutes(10),
        AnswerTimeout = TimeSpan.FromMinutes(10),
    };

    /// <summary>
    /// A client's first connection ID says which shard it comes to: of 40 drawn at random none of two shards gets fewer than two, but for once in 10^10 times.
    /// </summary>
    [Fact]
    public async Task Shards_have_their_shares_and_one_source_a_quarter_of_each()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 2, limits: s_patient, configure: static options => options with { MaxConnections = 16 });
        Assert.Equal(2, server.Shards.Count);
        var visits = new List<Visit>();
        try
        {
            // Each IPv4 address is a source. Four of them have all there is.
            for (byte source = 2; source < 7; source++)
            {
                visits.Add(new Visit(new IPAddress([127, 0, 0, source]), server.EndPoint, connections: 40));
                (int ready, int refused) = await visits[^1].Settled.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
                Assert.Equal(source < 6 ? (4, 36) : (0, 40), (ready, refused));
            }
            await server.HoldsAsync(static usage => usage is { Connections: 16, Handshakes: 0 });
            Assert.All(server.Shards, static shard => Assert.Equal(8, shard.Usage.Connections));
        }
        finally
        {
            await Task.WhenAll(visits.Select(static visit => visit.LeaveAsync()));
        }
    }

    /// <summary>Connections that are begun at once from one address, and kept.</summary>
    private sealed class Visit : IShardWork
    {
        private readonly IPEndPoint _server;
        private readonly int _connections;
        private readonly ShardGroup _group;
        private readonly TaskCompletionSource<(int, int)> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly HashSet<Http3Connection> _ready = [];
        private int _refused;

        public Visit(IPAddress from, IPEndPoint server, int connections)
        {
            _server = server;
            _connections = connections;
            _group = ShardGroup.Start(
                new ShardOptions
                {
                    EndPoint = new IPEndPoint(from, 0),
                    ResetKey = new byte[32],
                    Limits = s_patient,
                    Answer = static (shard, connection, question) =>
                    {
                        connection.Handshake.AnswerChain(question.Id);
                        connection.HandleAnswer(shard.Now);
                    },
                },
                count: 1);
            Assert.True(_group.Shards[0].TryPost(this));
        }

        /// <summary>How many connections were begun and how many refused, once each is either.</summary>
        public Task<(int Ready, int Refused)> Settled => _settled.Task;

        public Task LeaveAsync() => _group.StopAsync(TimeSpan.Zero);

        void IShardWork.Run()
        {
            for (int i = 0; i < _connections; i++)
            {
                Http3Connection connection = _group.Shards[0].Connect(SocketAddresses.FromEndPoint(_server), static parameters => new ClientHandshake(
                    HandshakeOptions.Default,
                    new ClientOptions
                    {
                        ServerName = "test",
                        ApplicationProtocols = [SslApplicationProtocol.Http3],
                        TransportParameters = parameters,
                        Now = DateTimeOffset.UtcNow,
                    },
                    RandomNumberGenerator.Fill));
                connection.OnReady = ready =>
                {
                    _ready.Add(ready);
                    Settle();
                };
                connection.OnEnded = ended =>
                {
                    if (ended.Quic.CloseReason is { Kind: CloseKind.ByPeerTransport, ErrorCode: (long)TransportErrorCode.ConnectionRefused })
                    {
                        _refused++;
                        Settle();
                    }
                };
            }
        }

        private void Settle()
        {
            if (_ready.Count + _refused == _connections)
            {
                _settled.TrySetResult((_ready.Count, _refused));
            }
        }
    }
}
