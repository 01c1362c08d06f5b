namespace HyperGen.Quic;

/// <summary>What a connection counted. Plain numbers, read on the connection's thread.</summary>
internal sealed class ConnectionStatistics
{
    /// <summary>Packets that were opened and processed.</summary>
    public long PacketsReceived { get; internal set; }

    /// <summary>Packets sent.</summary>
    public long PacketsSent { get; internal set; }

    /// <summary>Packets declared lost.</summary>
    public long PacketsLost { get; internal set; }

    /// <summary>Packets that could not be opened, were duplicates, or were no packets.</summary>
    public long PacketsDropped { get; internal set; }

    /// <summary>Datagrams that arrived while the application had 64 unread ones.</summary>
    public long DatagramsDropped { get; internal set; }

    /// <summary>Packets of ours that a router marked instead of dropping them.</summary>
    public long CongestionMarks { get; internal set; }

    /// <summary>Probe timeouts.</summary>
    public long ProbeTimeouts { get; internal set; }
}
