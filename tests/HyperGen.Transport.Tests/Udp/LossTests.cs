using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Udp;

public sealed class LossTests
{
    [Fact]
    public void Datagrams_that_are_lost_leave_no_gap_and_the_others_stay_whole()
    {
        var loss = new Loss(0.3, seed: 1);
        int lost = 0;
        for (int round = 0; round < 1_000; round++)
        {
            byte[] message = [.. Enumerable.Range(0, 95).Select(static index => (byte)index)];
            int left = loss.Thin(message, segmentSize: 10);

            int last = -1;
            int count = 0;
            for (int start = 0; start < left; start += 10)
            {
                byte[] datagram = message[start..Math.Min(start + 10, left)];
                Assert.True(datagram[0] % 10 == 0 && datagram[0] > last);
                Assert.Equal(datagram[0] == 90 ? 5 : 10, datagram.Length);
                Assert.Equal(datagram.Length - 1, datagram[^1] - datagram[0]);
                last = datagram[0];
                count++;
            }
            lost += 10 - count;
        }
        Assert.InRange(lost, 2_700, 3_300);
    }

    [Fact]
    public void The_same_seed_loses_the_same()
    {
        var first = new Loss(0.5, seed: 7);
        var second = new Loss(0.5, seed: 7);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(first.TakesNext(), second.TakesNext()));
    }
}
