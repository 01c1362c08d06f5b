using HyperGen.Quic;

namespace HyperGen.Transport.Shards;

/// <summary>A connection with what its shard keeps for it: the protocol over it, its timer, and whether it waits for its turn.</summary>
internal sealed class ShardConnection : TimerEntry
{
    public ShardConnection(Connection quic, IApplicationProtocol protocol)
    {
        Quic = quic;
        Protocol = protocol;
    }

    /// <summary>The transport.</summary>
    public Connection Quic { get; }

    /// <summary>What runs over it.</summary>
    public IApplicationProtocol Protocol { get; }

    /// <summary>Its place in the shard's list.</summary>
    public int Place { get; set; }

    /// <summary>Whether it is among those that the shard has yet to drive in this turn.</summary>
    public bool IsTouched { get; set; }
}
