using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>How a reader learns that a stream has ended.</summary>
public sealed class StreamEndTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void An_end_that_comes_after_everything_was_read_is_told_once(int length)
    {
        var pair = new DirectPair();
        while (pair.Server.TryGetEvent(out _))
        {
        }

        var stream = pair.Client.TryOpenStream()!;
        stream.Write(new byte[length]);
        pair.Exchange();
        while (pair.Server.TryGetEvent(out var next))
        {
            if (next.Kind == ConnectionEventKind.StreamReadable) Assert.Equal(length, next.Stream!.Read(new byte[1000]));
        }

        stream.Finish();
        pair.Exchange();

        var told = 0;
        while (pair.Server.TryGetEvent(out var next))
        {
            if (next.Kind == ConnectionEventKind.StreamReadable && next.Stream!.IsReadToEnd) told++;
        }

        Assert.Equal(1, told);
    }
}
