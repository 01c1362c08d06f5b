using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Shards;

/// <summary>Who wakes a shard may come too late.</summary>
public sealed class WakerTests
{
    [Fact]
    public void A_shard_that_has_gone_is_not_woken_and_no_other_descriptor_in_its_place()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These descriptors are Linux's.");
        var waker = new Waker();
        waker.PrepareToSleep();
        waker.Dispose();

        // This one may well have got the number of the descriptor that was closed.
        using var next = new Waker();
        waker.Wake();
        waker.Wake();
    }

    [Fact]
    public async Task Waking_and_ending_at_the_same_time_is_harmless()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These descriptors are Linux's.");
        for (int round = 0; round < 200; round++)
        {
            var waker = new Waker();
            waker.PrepareToSleep();
            Task wake = Task.Run(waker.Wake, TestContext.Current.CancellationToken);
            waker.Dispose();
            await wake;
        }
    }
}
