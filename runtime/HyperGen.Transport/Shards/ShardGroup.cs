using System.Net;
using HyperGen.Transport.Interop;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Shards;

/// <summary>The shards of one port. They open and close together: the kernel counts their sockets in the order of binding.</summary>
internal sealed class ShardGroup
{
    private readonly Shard[] _shards;

    private ShardGroup(Shard[] shards) => _shards = shards;

    /// <summary>The shards.</summary>
    public IReadOnlyList<Shard> Shards => _shards;

    /// <summary>The address they listen on.</summary>
    public IPEndPoint EndPoint => SocketAddresses.ToEndPoint(_shards[0].LocalAddress);

    /// <summary>What the shards hold together.</summary>
    public ShardUsage Usage => _shards.Aggregate(default(ShardUsage), static (sum, shard) => sum + shard.Usage);

    /// <summary>Binds the sockets and starts the threads.</summary>
    /// <param name="options">What the shards have in common.</param>
    /// <param name="count">How many; fewer start where the kernel cannot steer by connection ID.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound to.</exception>
    public static ShardGroup Start(ShardOptions options, int count)
    {
        var sockets = new List<UdpSocket>();
        try
        {
            sockets.Add(UdpSocket.Bind(options.EndPoint, sharesPort: count > 1));
            IPEndPoint bound = new(options.EndPoint.Address, sockets[0].LocalAddress.Port);

            //= https://www.rfc-editor.org/rfc/rfc9000#section-21.11
            //# endpoints that share a static key for stateless resets (see Section 10.3.2)
            //# MUST be arranged so that packets with a given connection ID always arrive at
            //# an instance that has connection state, unless that connection is no longer
            //# active.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-21.11
            //# servers MUST NOT generate a stateless reset if a connection with the
            //# corresponding connection ID could be active on any endpoint using the same
            //# static key.
            if (count > 1 && sockets[0].TrySteer(Steering.Program(count)))
            {
                while (sockets.Count < count)
                {
                    sockets.Add(UdpSocket.Bind(bound, sharesPort: true));
                }
            }
            var group = new ShardGroup([.. sockets.Select((socket, index) => new Shard(options, socket, index, sockets.Count))]);
            foreach (Shard shard in group._shards)
            {
                shard.Start();
            }
            return group;
        }
        catch
        {
            sockets.ForEach(static socket => socket.Dispose());
            throw;
        }
    }

    /// <summary>Stops all shards.</summary>
    /// <param name="patience">How long requests under way may still take.</param>
    public Task StopAsync(TimeSpan patience) => Task.WhenAll(_shards.Select(shard => shard.StopAsync(patience)));
}
