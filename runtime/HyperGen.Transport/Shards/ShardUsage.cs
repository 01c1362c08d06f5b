namespace HyperGen.Transport.Shards;

/// <summary>What a shard holds for others: nothing of it is left when the last connection is gone, however it went.</summary>
/// <param name="Connections">Connections, those that are closing included.</param>
/// <param name="Handshakes">Of these, how many are still in their handshake.</param>
/// <param name="ConnectionIds">Entries of the map from connection IDs to connections.</param>
/// <param name="Pages">Pages of stream memory in use.</param>
/// <param name="Streams">Streams in use.</param>
/// <param name="Timers">Timers that are set.</param>
/// <param name="Places">Places of the inbox that are reserved: for requests under way, and for questions that are answered elsewhere.</param>
/// <param name="Undelivered">Work in the inbox.</param>
internal readonly record struct ShardUsage(
    int Connections, int Handshakes, int ConnectionIds, int Pages, int Streams, int Timers, int Places, int Undelivered)
{
    /// <summary>What two shards hold together.</summary>
    public static ShardUsage operator +(in ShardUsage left, in ShardUsage right) => new(
        left.Connections + right.Connections,
        left.Handshakes + right.Handshakes,
        left.ConnectionIds + right.ConnectionIds,
        left.Pages + right.Pages,
        left.Streams + right.Streams,
        left.Timers + right.Timers,
        left.Places + right.Places,
        left.Undelivered + right.Undelivered);
}
