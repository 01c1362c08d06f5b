using HyperGen.Quic.Paths;

namespace HyperGen.Quic.Tests;

/// <summary>How the size of a path's datagrams is found, lost and found again: RFC 8899, RFC 9000 section 14.3.</summary>
public sealed class PathMtuTests
{
    private static readonly Timestamp Start = new(TimeSpan.TicksPerSecond);

    /// <summary>What is allowed, what the path carries, and how much less may be found.</summary>
    [Theory]
    [InlineData(1452, 1452, 0)]
    [InlineData(1452, 1451, 16)]
    [InlineData(1452, 1300, 16)]
    [InlineData(1452, 1200, 16)]
    [InlineData(9000, 1500, 16)]
    [InlineData(65507, 9000, 16)]
    public void The_largest_size_that_fits_is_found_by_halves(int cap, int carried, int precision)
    {
        var mtu = new PathMtu(cap);
        Assert.InRange(Search(ref mtu, Start, carried), 1, 3 * 17);
        Assert.InRange(mtu.Current, Math.Max(1200, carried - precision), carried);
    }

    [Fact]
    public void One_probe_is_under_way_at_a_time_and_three_have_to_be_lost()
    {
        var mtu = new PathMtu(1452);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1452, mtu.NextProbe(Start));
            mtu.OnProbeSent(1452);
            Assert.Equal(0, mtu.NextProbe(Start));
            mtu.OnProbeLost(Start, 1452);
        }

        Assert.InRange(mtu.NextProbe(Start), 1201, 1451);
        Assert.Equal(1200, mtu.Current);
    }

    [Fact]
    public void A_size_that_was_too_large_is_tried_again_after_ten_minutes()
    {
        var mtu = new PathMtu(1452);
        Search(ref mtu, Start, 1300);
        Assert.Equal(0, mtu.NextProbe(Start + TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1)));
        Search(ref mtu, Start + TimeSpan.FromMinutes(10), 1452);
        Assert.Equal(1452, mtu.Current);
    }

    [Fact]
    public void A_path_that_lost_its_size_gets_small_datagrams_for_a_minute_and_is_asked_again()
    {
        var mtu = new PathMtu(1452);
        Search(ref mtu, Start, 1452);
        mtu.OnBlackHole(Start);
        Assert.Equal((1200, 0), (mtu.Current, mtu.NextProbe(Start + TimeSpan.FromSeconds(59))));
        Search(ref mtu, Start + TimeSpan.FromMinutes(1), 1452);
        Assert.Equal(1452, mtu.Current);
    }

    [Fact]
    public void Six_large_packets_lost_in_a_row_while_small_ones_arrive_make_a_black_hole()
    {
        var mtu = new PathMtu(1452);
        Search(ref mtu, Start, 1452);
        for (var i = 0; i < 5; i++)
        {
            Assert.False(mtu.OnLost(Start, 1400));
            mtu.OnAcked(100);
        }

        Assert.True(mtu.OnLost(Start, 1400));
        Assert.Equal(1200, mtu.Current);

        // What was sent before and is found lost later changes nothing any more.
        Assert.False(mtu.OnLost(Start, 1400));
    }

    [Fact]
    public void Losses_among_which_large_packets_arrive_or_no_small_ones_do_are_congestion()
    {
        var mtu = new PathMtu(1452);
        Search(ref mtu, Start, 1452);
        for (var i = 0; i < 100; i++) Assert.False(mtu.OnLost(Start, 1400));
        mtu.OnAcked(1400);
        mtu.OnAcked(100);
        for (var i = 0; i < 100; i++)
        {
            Assert.False(mtu.OnLost(Start, 1400));
            mtu.OnAcked(i % 5 == 4 ? 1400 : 100);
        }

        for (var i = 0; i < 100; i++)
        {
            Assert.False(mtu.OnLost(Start, 1200));
            mtu.OnAcked(100);
        }

        Assert.Equal(1452, mtu.Current);
    }

    [Fact]
    public void What_the_peer_takes_is_never_exceeded()
    {
        var mtu = new PathMtu(1452);
        mtu.Limit(1350);
        Search(ref mtu, Start, 1452);
        Assert.Equal(1350, mtu.Current);
        mtu = new PathMtu(1452);
        mtu.Limit(1200);
        Assert.Equal(0, mtu.NextProbe(Start));
    }

    /// <summary>Probes until there is nothing to find out; how many probes it took.</summary>
    private static int Search(ref PathMtu mtu, Timestamp now, int carried)
    {
        for (var probes = 0; ; probes++)
        {
            Assert.InRange(probes, 0, 1000);
            var size = mtu.NextProbe(now);
            if (size == 0) return probes;
            mtu.OnProbeSent(size);
            if (size <= carried) mtu.OnProbeAcked(size);
            else mtu.OnProbeLost(now, size);
        }
    }
}
