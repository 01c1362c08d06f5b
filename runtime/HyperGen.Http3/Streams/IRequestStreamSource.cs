namespace HyperGen.Http3.Streams;

/// <summary>Where a server's connections get the objects for requests from, and give them back to.</summary>
internal interface IRequestStreamSource
{
    /// <summary>An object for a request that has just begun; null when too many are under way, so that this one is refused.</summary>
    RequestStream? TryRent();
}
