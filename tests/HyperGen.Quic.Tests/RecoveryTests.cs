using HyperGen.Quic.Frames;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests;

/// <summary>RFC 9002, scenario by scenario, on the recovery machinery alone.</summary>
public sealed class RecoveryTests
{
    private const PacketNumberSpaceId Space = PacketNumberSpaceId.ApplicationData;
    private const int Size = 1200;

    private readonly LossDetection _recovery = new(Role.Server, new NewReno(Size)) { HandshakeConfirmed = true };

    [Fact]
    public void The_first_sample_sets_the_estimate_and_later_ones_smooth_it()
    {
        Send(0, At(0));
        Ack(At(100), TimeSpan.Zero, 0);
        Assert.Equal(Ms(100), _recovery.Rtt.SmoothedRtt);
        Assert.Equal(Ms(50), _recovery.Rtt.RttVar);
        Send(1, At(200));
        Ack(At(310), Ms(10), 1);
        Assert.Equal(Ms(100), _recovery.Rtt.SmoothedRtt);
        Assert.Equal(Ms(37.5), _recovery.Rtt.RttVar);
        Assert.Equal(Ms(100), _recovery.Rtt.MinRtt);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.3
    //= type=test
    //# MUST NOT subtract the acknowledgment delay from the RTT sample if the
    //# resulting value is smaller than the min_rtt.
    [Fact]
    public void A_delay_that_would_undercut_the_minimum_is_not_believed()
    {
        Send(0, At(0));
        Ack(At(100), TimeSpan.Zero, 0);
        Send(1, At(200));
        Ack(At(305), Ms(20), 1);
        Assert.Equal(((7 * Ms(100)) + Ms(105)) / 8, _recovery.Rtt.SmoothedRtt);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.1
    //= type=test
    //# The RECOMMENDED initial value for the packet reordering threshold
    //# (kPacketThreshold) is 3
    [Fact]
    public void Three_newer_packets_acknowledged_make_a_loss()
    {
        for (var i = 0; i < 4; i++) Send(i, At(i));
        Ack(At(50), TimeSpan.Zero, 2);
        Assert.Equal(0, _recovery.Lost.Count);
        Ack(At(51), TimeSpan.Zero, 3);
        Assert.Equal(1, _recovery.Lost.Count);
        Assert.Equal(new PacketNumber(0), _recovery.Lost[0].Number);
    }

    [Fact]
    public void A_packet_older_than_nine_eighths_of_the_round_trip_is_lost_when_the_timer_says_so()
    {
        Send(0, At(0));
        Send(1, At(5));
        Ack(At(85), TimeSpan.Zero, 1);
        Assert.Equal(0, _recovery.Lost.Count);
        Assert.Equal(At(90), _recovery.Timer);
        Assert.Null(_recovery.OnLossDetectionTimeout(At(90)));
        Assert.Equal(1, _recovery.Lost.Count);
        Assert.Equal(0, _recovery.Controller.BytesInFlight);
        Assert.True(_recovery.Timer.IsNever);
    }

    [Fact]
    public void The_probe_timeout_doubles_until_something_is_acknowledged()
    {
        Send(0, At(0));
        var first = _recovery.Timer - At(0);
        Assert.Equal(Ms(333 + (4 * 166.5) + 25), first);
        Assert.Equal(Space, _recovery.OnLossDetectionTimeout(_recovery.Timer));
        Assert.Equal(2 * first, _recovery.Timer - At(0));
        Assert.Equal(Space, _recovery.OnLossDetectionTimeout(_recovery.Timer));
        Assert.Equal(4 * first, _recovery.Timer - At(0));
        Ack(At(5000), TimeSpan.Zero, 0);
        Assert.Equal(0, _recovery.PtoCount);
        Assert.True(_recovery.Timer.IsNever);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
    //= type=test
    //# An endpoint MUST NOT set its PTO timer for the Application Data
    //# packet number space until the handshake is confirmed.
    [Fact]
    public void No_probe_for_application_data_before_the_handshake_is_confirmed()
    {
        _recovery.HandshakeConfirmed = false;
        Send(0, At(0));
        Assert.True(_recovery.Timer.IsNever);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2.1
    //= type=test
    //# the client MUST set the PTO timer if the client has not received
    //# an acknowledgment for any of its Handshake packets and the handshake
    //# is not confirmed
    [Fact]
    public void A_client_probes_with_nothing_in_flight_until_the_server_knows_its_address()
    {
        var client = new LossDetection(Role.Client, new NewReno(Size));
        client.SetLossDetectionTimer(At(0));
        Assert.False(client.Timer.IsNever);
        Assert.Equal(PacketNumberSpaceId.Initial, client.OnLossDetectionTimeout(client.Timer));
        client.HasHandshakeKeys = true;
        Assert.Equal(PacketNumberSpaceId.Handshake, client.OnLossDetectionTimeout(client.Timer));
        client.ReceivedHandshakeAck = true;
        client.SetLossDetectionTimer(At(9000));
        Assert.True(client.Timer.IsNever);
    }

    [Fact]
    public void A_server_at_the_amplification_limit_sets_no_timer()
    {
        _recovery.AtAmplificationLimit = true;
        Send(0, At(0));
        Assert.True(_recovery.Timer.IsNever);
    }

    [Fact]
    public void One_loss_event_halves_the_window_once_for_each_round_trip()
    {
        var window = _recovery.Controller.Window;
        for (var i = 0; i < 8; i++) Send(i, At(i));
        Ack(At(50), TimeSpan.Zero, 3);
        Assert.Equal(window / 2, _recovery.Controller.Window);
        Ack(At(51), TimeSpan.Zero, 7);
        Assert.Equal(window / 2, _recovery.Controller.Window);
    }

    [Fact]
    public void Silence_longer_than_three_probe_timeouts_is_persistent_congestion()
    {
        Send(0, At(0));
        Ack(At(100), TimeSpan.Zero, 0);
        for (var i = 1; i <= 9; i++) Send(i, At(100 + (i * 200)));
        Send(10, At(2000));
        Ack(At(2100), TimeSpan.Zero, 10);

        // The minimum, and then the packet that was acknowledged lets it grow by itself.
        Assert.Equal(2 * Size + Size, _recovery.Controller.Window);
    }

    [Fact]
    public void Discarding_a_space_takes_its_packets_out_of_flight()
    {
        Send(0, At(0), PacketNumberSpaceId.Initial);
        _recovery.OnPacketNumberSpaceDiscarded(At(1), PacketNumberSpaceId.Initial, new());
        Assert.Equal(0, _recovery.Controller.BytesInFlight);
        Assert.True(_recovery.Timer.IsNever);
    }

    [Fact]
    public void Cubic_regains_its_window_after_a_loss_and_never_falls_behind_Reno()
    {
        var cubic = new Cubic(Size);
        var rtt = new RttEstimator();
        rtt.UpdateRtt(At(0), Ms(50), TimeSpan.Zero);
        for (var i = 0; i < 100; i++) cubic.OnPacketAcked(At(i), new() { TimeSent = At(i), Size = Size, WindowLimited = true }, rtt);
        var before = cubic.Window;
        cubic.OnCongestionEvent(At(200), At(199));
        Assert.InRange(cubic.Window, (long)(before * 0.69), (long)(before * 0.71));
        for (var i = 0; i < 20_000; i++) cubic.OnPacketAcked(At(201 + (i / 2)), new() { TimeSent = At(201 + (i / 2)), Size = Size, WindowLimited = true }, rtt);
        Assert.True(cubic.Window > before);
    }

    /// <summary>Packets that are not in flight, as mere acknowledgments are, leave holes in the numbers that must not hide the silence.</summary>
    [Fact]
    public void Persistent_congestion_is_seen_through_acknowledgments_sent_between()
    {
        Send(0, At(0));
        Ack(At(100), TimeSpan.Zero, 0);
        for (var i = 1; i <= 9; i++) Send(2 * i, At(100 + (i * 200)));
        Send(30, At(2000));
        Ack(At(2100), TimeSpan.Zero, 30);
        Assert.Equal(2 * Size + Size, _recovery.Controller.Window);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.4
    //= type=test
    //# Loss of a QUIC packet that is carried in a
    //# PMTU probe is therefore not a reliable indication of congestion and SHOULD NOT
    //# trigger a congestion control reaction
    [Fact]
    public void A_lost_MTU_probe_leaves_the_window_alone()
    {
        var window = _recovery.Controller.Window;
        _recovery.OnPacketSent(At(0), Space, new() { Number = new(0), TimeSent = At(0), Size = 1452, AckEliciting = true, Frames = SentFrames.End, IsMtuProbe = true });
        for (var i = 1; i < 4; i++) Send(i, At(i));
        Ack(At(50), TimeSpan.Zero, 3);
        Assert.Equal(1, _recovery.Lost.Count);
        Assert.True(_recovery.Lost[0].IsMtuProbe);
        Assert.Equal(long.MaxValue, _recovery.Controller.SlowStartThreshold);
        Assert.True(_recovery.Controller.Window >= window);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.4
    //= type=test
    //# Packets sent on the old path MUST NOT contribute to congestion control or RTT
    //# estimation for the new path.
    [Fact]
    public void What_was_sent_along_a_path_that_was_left_says_nothing_of_the_new_one()
    {
        for (var i = 0; i < 5; i++) Send(i, At(i));
        _recovery.SwitchPath(At(10), new NewReno(Size), new());
        var window = _recovery.Controller.Window;
        Ack(At(50), TimeSpan.Zero, 4);
        Assert.Equal(2, _recovery.Lost.Count);
        Assert.False(_recovery.Rtt.HasSample);
        Assert.Equal((0, window), (_recovery.Controller.BytesInFlight, _recovery.Controller.Window));
    }

    [Fact]
    public void Slow_start_ends_when_round_trips_grow_and_not_before()
    {
        var steady = new Cubic(Size);
        var growing = new Cubic(Size);
        var rtt = new RttEstimator();
        var rising = new RttEstimator();
        for (var round = 0; round < 12; round++)
        {
            for (var i = 0; i < 10; i++)
            {
                var now = At((round * 100) + i);
                var packet = new SentPacket { TimeSent = At(((round - 1) * 100) + i + 1), Size = Size, WindowLimited = true };
                rtt.UpdateRtt(now, Ms(50), TimeSpan.Zero);
                steady.OnRttSample(rtt);
                steady.OnPacketAcked(now, packet, rtt);
                rising.UpdateRtt(now, Ms(50 + (round > 2 ? 20 * round : 0)), TimeSpan.Zero);
                growing.OnRttSample(rising);
                growing.OnPacketAcked(now, packet, rising);
            }
        }

        Assert.Equal(long.MaxValue, steady.SlowStartThreshold);
        Assert.NotEqual(long.MaxValue, growing.SlowStartThreshold);
        Assert.True(growing.Window < steady.Window);
    }

    [Fact]
    public void The_controller_is_CUBIC_or_the_one_asked_for()
    {
        Assert.IsType<Cubic>(new Support.DirectPair().Client.Recovery.Controller);
        var pair = new Support.DirectPair(ConnectionLimits.Default with { CongestionControl = CongestionAlgorithm.NewReno });
        Assert.IsType<NewReno>(pair.Client.Recovery.Controller);
    }

    [Fact]
    public void A_window_that_the_application_does_not_use_does_not_grow()
    {
        var cubic = new Cubic(Size);
        var window = cubic.Window;
        for (var i = 0; i < 100; i++) cubic.OnPacketAcked(At(i), new() { TimeSent = At(i), Size = Size }, new());
        Assert.Equal(window, cubic.Window);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.4
    //= type=test
    //# An endpoint MAY skip packet numbers when sending packets to detect
    //# this behavior.
    [Fact]
    public void Numbers_are_skipped_again_and_again_and_claiming_one_is_found_out()
    {
        var skipped = new SkippedNumbers();
        skipped.Plan(0, 12345);
        var all = new List<long>();
        for (long number = 0; number < 500_000; number++)
        {
            if (number != skipped.Next) continue;
            all.Add(number);
            skipped.Add(number);
            skipped.Plan(number + 1, (uint)(number * 2654435761));
        }

        Assert.InRange(all.Count, 8, 100);
        Assert.True(all[0] < 64);
        Assert.True(Claims(skipped, all[^1], all[^1] + 1));
        Assert.True(Claims(skipped, all[^1] - 10, all[^1] + 10));
        Assert.False(Claims(skipped, all[^1] + 1, all[^1] + 10));
    }

    private static bool Claims(SkippedNumbers skipped, long start, long end)
    {
        var ranges = new RangeSet();
        ranges.Add(start, end);
        var buffer = new byte[64];
        var writer = new WireWriter(buffer);
        AckFrame.TryWrite(ref writer, ranges, 0, default);
        var reader = new WireReader(buffer.AsSpan(1));
        AckFrame.TryRead(ref reader, FrameType.Ack, out var ack);
        return skipped.AreClaimedBy(ack);
    }

    private static Timestamp At(double milliseconds) => new Timestamp(TimeSpan.TicksPerSecond) + Ms(milliseconds);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));

    private void Send(long number, Timestamp now, PacketNumberSpaceId space = Space)
    {
        _recovery.OnPacketSent(now, space, new() { Number = new(number), TimeSent = now, Size = Size, AckEliciting = true, Frames = SentFrames.End, WindowLimited = true });
        _recovery.SetLossDetectionTimer(now);
    }

    private void Ack(Timestamp now, TimeSpan delay, long number)
    {
        var ranges = new RangeSet();
        ranges.Add(number, number + 1);
        var buffer = new byte[64];
        var writer = new WireWriter(buffer);
        AckFrame.TryWrite(ref writer, ranges, 0, default);
        var reader = new WireReader(buffer.AsSpan(1));
        AckFrame.TryRead(ref reader, FrameType.Ack, out var ack);
        _recovery.OnAckReceived(now, Space, ack, delay);
    }
}
