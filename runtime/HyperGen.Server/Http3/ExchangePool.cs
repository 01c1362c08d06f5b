using HyperGen.Http3.Streams;
using HyperGen.Transport.Shards;

namespace HyperGen.Server.Http3;

/// <summary>The exchanges of a shard: used again and again, each with a place in its inbox while it is out.</summary>
internal sealed class ExchangePool(Http3Host host, Shard shard) : IRequestStreamSource
{
    /// <summary>Exchanges kept while idle; a burst's surplus is left to the garbage collector.</summary>
    private const int MaxIdle = 1024;

    private readonly Stack<Exchange> _idle = new();

    /// <summary>What all requests share.</summary>
    public Http3Host Host { get; } = host;

    /// <summary>The shard whose thread this belongs to.</summary>
    public Shard Shard { get; } = shard;

    /// <inheritdoc/>
    public RequestStream? TryRent()
    {
        if (!Shard.TryReserve())
        {
            return null;
        }
        return _idle.TryPop(out Exchange? exchange) ? exchange : new Exchange(this);
    }

    /// <summary>Takes an exchange back.</summary>
    public void Return(Exchange exchange)
    {
        Shard.Unreserve();
        if (_idle.Count < MaxIdle)
        {
            _idle.Push(exchange);
        }
        else
        {
            exchange.Dispose();
        }
    }
}
