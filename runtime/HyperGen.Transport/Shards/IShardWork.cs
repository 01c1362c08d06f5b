namespace HyperGen.Transport.Shards;

/// <summary>Something that another thread wants done on the thread of a shard.</summary>
internal interface IShardWork
{
    /// <summary>Does it. Called on the shard's thread; must not block.</summary>
    void Run();
}
