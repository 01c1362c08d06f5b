using HyperGen.Quic;

namespace HyperGen.Testing;

/// <summary>From one end to the other without a network between.</summary>
internal static class Batches
{
    /// <summary>Hands an endpoint every datagram of a batch; the connection that they changed last.</summary>
    /// <param name="endpoint">Whom they reach.</param>
    /// <param name="now">When.</param>
    /// <param name="path">Between which addresses, as the receiver sees them.</param>
    /// <param name="transmit">The batch.</param>
    /// <param name="buffer">Where it was built; it is decrypted in place.</param>
    public static Connection? HandleBatch(this Endpoint endpoint, Timestamp now, in NetworkPath path, in Transmit transmit, byte[] buffer)
    {
        Connection? connection = null;
        for (var start = 0; start < transmit.Length; start += transmit.SegmentSize)
        {
            var datagram = buffer.AsSpan(start, Math.Min(transmit.SegmentSize, transmit.Length - start));
            connection = endpoint.HandleDatagram(now, path, transmit.Ecn, datagram) ?? connection;
        }

        return connection;
    }
}
