using HyperGen.Quic.Recovery;

namespace HyperGen.Quic.Tests;

/// <summary>How fast windows grow, by the formulas of RFC 9438 (CUBIC) and RFC 9406 (HyStart++).</summary>
public sealed class CongestionTests
{
    private const int Segment = 1200;

    private readonly CongestionController _cubic = CongestionController.Create(CongestionAlgorithm.Cubic, Segment);
    private Timestamp _now = new(TimeSpan.TicksPerSecond);

    /// <summary>W_max is 1000 segments, the window 700 of them, and K the cube root of 300 / 0.4: 9.09 s.</summary>
    [Fact]
    public void After_a_loss_the_window_follows_the_cubic()
    {
        Grow(1000);
        Lose();
        AssertNear(700, 0.001);
        PassFor(seconds: 4.54, roundTrip: 0.1);
        AssertNear(1000 - (0.4 * Cube(4.54)), 0.01);
        PassFor(seconds: 4.55, roundTrip: 0.1);
        AssertNear(1000, 0.01);
        PassFor(seconds: 8, roundTrip: 0.1);
        AssertNear(1000 + (0.4 * Cube(8)), 0.015);
    }

    /// <summary>Section 4.7: W_max is 0.85 of the window, so that the plateau is at 765 segments, reached from 630 after 6.96 s.</summary>
    [Fact]
    public void A_window_that_lost_before_it_was_regained_leaves_room_for_others()
    {
        Grow(1000);
        Lose();
        while (_cubic.Window < 900 * Segment) PassFor(seconds: 0.1, roundTrip: 0.1);
        var lost = _cubic.Window / (double)Segment;
        Lose();
        AssertNear(lost * 0.7, 0.001);
        PassFor(seconds: Math.Cbrt(lost * 0.15 / 0.4), roundTrip: 0.1);
        AssertNear(lost * 0.85, 0.01);
    }

    /// <summary>Section 4.3: 9/17 of a segment each round trip while the window is below the one that was lost, and then one.</summary>
    [Fact]
    public void A_small_window_grows_as_Renos_would()
    {
        Grow(20);
        Lose();
        AssertNear(14, 0.001);
        PassFor(seconds: 0.2, roundTrip: 0.02);
        AssertNear(14 + (10 * 9 / 17.0), 0.03);
        PassFor(seconds: 0.4, roundTrip: 0.02);
        AssertNear(20 + (30 - (6 * 17 / 9.0)), 0.05);
    }

    /// <summary>Section 4.2: however long ago the loss was, a round trip makes the window half as large again at most.</summary>
    [Fact]
    public void No_round_trip_more_than_adds_half_a_window()
    {
        Grow(1000);
        Lose();
        Acknowledge(0.1);
        var before = _cubic.Window;
        _now += TimeSpan.FromMinutes(5);
        Acknowledge(0.1);
        Assert.InRange(_cubic.Window - before, 1, Segment / 2);
    }

    /// <summary>Section 5.8.</summary>
    [Fact]
    public void Time_in_which_the_window_was_not_used_does_not_count()
    {
        Grow(1000);
        Lose();
        Acknowledge(0.1);
        _now += TimeSpan.FromMinutes(5);
        Acknowledge(0.1, isUsed: false);
        var before = _cubic.Window;
        Acknowledge(0.1);

        // A round trip from the start of the curve, it is 11 of 700 segments further.
        Assert.InRange(_cubic.Window - before, 1, Segment / 50);
    }

    [Fact]
    public void No_window_is_larger_than_64_MiB()
    {
        for (var i = 0; i < 200; i++) _cubic.OnPacketAcked(_now, new() { TimeSent = _now, Size = 1 << 20, WindowLimited = true }, default);
        Assert.Equal(64 << 20, _cubic.Window);
    }

    /// <summary>
    /// The least round-trip times in milliseconds of two rounds, samples of the second one, and whether its rise slows growth down: by an eighth, at least 4 and at most 16 ms.
    /// </summary>
    [Theory]
    [InlineData(80, 89, 9, false)]
    [InlineData(80, 90, 9, true)]
    [InlineData(80, 90, 7, false)]
    [InlineData(8, 11, 9, false)]
    [InlineData(8, 12, 9, true)]
    [InlineData(400, 415, 9, false)]
    [InlineData(400, 416, 9, true)]
    public void Slow_start_is_slowed_down_by_a_rise_that_is_no_noise(int first, int second, int samples, bool isConservative)
    {
        var hyStart = new HyStart();
        Round(ref hyStart, first, 9);
        Round(ref hyStart, second, samples);
        Assert.Equal(isConservative, hyStart.IsConservative);
        Assert.Equal(isConservative ? 300 : 1200, hyStart.OnAcked(_now, new(0), 1200, out _));
    }

    [Fact]
    public void A_rise_that_goes_away_was_noise_and_one_that_stays_ends_slow_start_after_five_rounds()
    {
        var hyStart = new HyStart();
        Round(ref hyStart, 80, 9);
        Round(ref hyStart, 100, 9);
        Assert.True(hyStart.IsConservative);
        Assert.False(Round(ref hyStart, 99, 9));
        Assert.False(hyStart.IsConservative);
        Round(ref hyStart, 120, 9);
        Assert.True(hyStart.IsConservative);
        for (var i = 0; i < 4; i++) Assert.False(Round(ref hyStart, 120, 9));
        Assert.True(Round(ref hyStart, 120, 9));
    }

    /// <summary>A round trip's acknowledgments, of which the first is for what was sent in this round; whether slow start is over.</summary>
    private bool Round(ref HyStart hyStart, int milliseconds, int samples)
    {
        _now += TimeSpan.FromMilliseconds(milliseconds);
        var begun = _now;
        hyStart.OnAcked(begun, begun, Segment, out var isOver);
        for (var i = 0; i < samples; i++)
        {
            _now += TimeSpan.FromTicks(1);
            hyStart.OnRttSample(TimeSpan.FromMilliseconds(milliseconds));
            hyStart.OnAcked(_now, begun - TimeSpan.FromTicks(1), Segment, out _);
        }

        return isOver;
    }

    private static double Cube(double value) => value * value * value;

    private void AssertNear(double segments, double tolerance) =>
        Assert.InRange(_cubic.Window / (double)Segment, segments * (1 - tolerance), segments * (1 + tolerance));

    /// <summary>Slow start, up to a window of so many segments.</summary>
    private void Grow(int segments)
    {
        while (_cubic.Window < segments * Segment) Acknowledge(0.1);
        Assert.Equal(segments * Segment, _cubic.Window);
    }

    private void Lose()
    {
        _now += TimeSpan.FromMilliseconds(1);
        _cubic.OnCongestionEvent(_now, _now);
        _now += TimeSpan.FromMilliseconds(1);
    }

    /// <summary>Acknowledges a window in each round trip, packet by packet.</summary>
    private void PassFor(double seconds, double roundTrip)
    {
        for (var end = _now + TimeSpan.FromSeconds(seconds); _now < end;)
        {
            var packets = Math.Max(1, _cubic.Window / Segment);
            for (var i = 0; i < packets && _now < end; i++)
            {
                _now += TimeSpan.FromSeconds(roundTrip / packets);
                Acknowledge(roundTrip);
            }
        }
    }

    private void Acknowledge(double roundTrip, bool isUsed = true)
    {
        var rtt = new RttEstimator();
        rtt.UpdateRtt(_now, TimeSpan.FromSeconds(roundTrip), default);
        _cubic.OnPacketAcked(_now, new() { TimeSent = _now, Size = Segment, WindowLimited = isUsed }, rtt);
    }
}
