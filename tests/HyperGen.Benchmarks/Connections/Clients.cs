using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using HyperGen.Http3;
using HyperGen.Tls;
using HyperGen.Transport.Interop;
using HyperGen.Transport.Shards;

namespace HyperGen.Benchmarks.Connections;

/// <summary>Connects so many times, and makes a request on each.</summary>
internal sealed class Clients(Shard shard, int port, int count) : IShardWork
{
    public void Run()
    {
        for (int index = 0; index < count; index++)
        {
            Http3Connection connection = shard.Connect(SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Loopback, port)), static parameters => new ClientHandshake(
                HandshakeOptions.Default,
                new ClientOptions { ServerName = "test", ApplicationProtocols = [SslApplicationProtocol.Http3], TransportParameters = parameters },
                RandomNumberGenerator.Fill));
            connection.OnReady = static connection =>
            {
                var request = new EmptyRequest();
                if (connection.TryOpen(request))
                {
                    request.Send();
                }
            };
        }
    }
}
