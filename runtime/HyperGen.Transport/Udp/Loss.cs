namespace HyperGen.Transport.Udp;

/// <summary>Loses datagrams on purpose, so that loss can be tried where there is none.</summary>
internal sealed class Loss(double share, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Whether the next datagram is lost.</summary>
    public bool TakesNext() => _random.NextDouble() < share;

    /// <summary>Loses some of the datagrams of a message and closes the gaps.</summary>
    /// <param name="message">Datagrams of one size, one behind the other; the last may be shorter.</param>
    /// <param name="segmentSize">The size.</param>
    /// <returns>The length of what is left.</returns>
    public int Thin(Span<byte> message, int segmentSize)
    {
        int left = 0;
        for (int start = 0; start < message.Length; start += segmentSize)
        {
            Span<byte> datagram = message[start..Math.Min(start + segmentSize, message.Length)];
            if (!TakesNext())
            {
                datagram.CopyTo(message[left..]);
                left += datagram.Length;
            }
        }
        return left;
    }
}
