namespace HyperGen.Quic.Tests.Support;

/// <summary>First packets of clients that say nothing more, from any address.</summary>
internal sealed class Flood(World world)
{
    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private readonly SeededRandom _random = new(77);
    private byte[]? _hello;

    /// <summary>Sends one and takes the answers that need no connection; how many there were.</summary>
    public int Send(NetworkAddress from)
    {
        Deliver(from);
        return Drain();
    }

    public void Deliver(NetworkAddress from)
    {
        // A packet of a real client, sealed anew for a connection ID of its own each time.
        var endpoint = new Endpoint(new() { Random = _random.Fill, ResetKey = new byte[32] });
        var client = endpoint.Connect(world.Now, default, parameters => TestTls.Client(parameters, _random));
        Assert.True(client.TryTransmit(world.Now, _buffer, out var transmit));
        _hello = _buffer[..Math.Min(transmit.Length, transmit.SegmentSize)];
        world.Server.Receive(world.Now, new(from, world.Server.Address), _hello);
    }

    public int Drain()
    {
        var count = 0;
        while (world.Server.Endpoint.TryTransmit(_buffer, out _)) count++;
        return count;
    }
}
