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
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.1
    //= type=test
    //# implementations SHOULD NOT use a packet threshold less than 3
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

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.2
    //= type=test
    //# an endpoint SHOULD declare an earlier packet lost if it was sent a threshold amount of
    //# time in the past.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.2
    //= type=test
    //# If packets sent prior to the largest acknowledged packet cannot yet be declared lost,
    //# then a timer SHOULD be set for the remaining time.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.2
    //= type=test
    //# The RECOMMENDED time threshold (kTimeThreshold), expressed as an RTT multiplier, is 9/8.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
    //= type=test
    //# The PTO timer MUST NOT be set if a timer is set for time threshold loss detection
    [Fact]
    public void A_packet_older_than_nine_eighths_of_the_round_trip_is_lost_when_the_timer_says_so()
    {
        Send(0, At(0));
        Send(1, At(5));
        Ack(At(85), TimeSpan.Zero, 1);
        Assert.Equal(0, _recovery.Lost.Count);
        Assert.Equal(At(90), _recovery.Timer);
        _recovery.OnPacketNumberSpaceDiscarded(At(86), PacketNumberSpaceId.Initial, new());
        Assert.Equal(At(90), _recovery.Timer);
        Assert.Null(_recovery.OnLossDetectionTimeout(At(90)));
        Assert.Equal(1, _recovery.Lost.Count);
        Assert.Equal(0, _recovery.Controller.BytesInFlight);
        Assert.True(_recovery.Timer.IsNever);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2
    //= type=test
    //# A PTO timer expiration event does not indicate packet loss and MUST NOT cause prior
    //# unacknowledged packets to be marked as lost.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
    //= type=test
    //# When a PTO timer expires, the PTO backoff MUST be increased, resulting in the PTO period
    //# being set to twice its current value.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2
    //= type=test
    //# When no previous RTT is available, the initial RTT SHOULD be set to 333 milliseconds.
    [Fact]
    public void The_probe_timeout_doubles_until_something_is_acknowledged()
    {
        Send(0, At(0));
        var first = _recovery.Timer - At(0);
        Assert.Equal(Ms(333 + (4 * 166.5) + 25), first);
        Assert.Equal(Space, _recovery.OnLossDetectionTimeout(_recovery.Timer));
        Assert.Equal((0, 1), (_recovery.Lost.Count, _recovery.InFlight(Space).AckElicitingInFlight));
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
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# To prevent this deadlock, clients MUST send a packet on a Probe Timeout
    //# (PTO)
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# the client MUST send an Initial packet in a UDP datagram that contains at
    //# least 1200 bytes if it does not have Handshake keys, and otherwise send a
    //# Handshake packet.
    [Fact]
    public void A_client_probes_with_nothing_in_flight_until_the_server_knows_its_address()
    {
        var client = new LossDetection(Role.Client, new NewReno(Size));
        client.SetLossDetectionTimer(At(0));
        Assert.False(client.Timer.IsNever);
        Assert.Equal(PacketNumberSpaceId.Initial, client.OnLossDetectionTimeout(client.Timer));
        client.HasHandshakeKeys = true;
        Assert.Equal(PacketNumberSpaceId.Handshake, client.OnLossDetectionTimeout(client.Timer));
        Send(client, 0, At(8000), PacketNumberSpaceId.Handshake);
        Ack(client, At(8050), TimeSpan.Zero, 0, PacketNumberSpaceId.Handshake);
        Assert.True(client.Timer.IsNever);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2.1
    //= type=test
    //# If no additional data can be sent, the server's PTO timer MUST NOT be armed until
    //# datagrams have been received from the client
    [Fact]
    public void A_server_at_the_amplification_limit_sets_no_timer()
    {
        _recovery.AtAmplificationLimit = true;
        Send(0, At(0));
        Assert.True(_recovery.Timer.IsNever);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
    //= type=test
    //# An endpoint MUST NOT set its PTO timer for the Application Data
    //# packet number space until the handshake is confirmed.
    [Fact]
    public void Application_data_has_no_probe_timeout_before_the_handshake_is_confirmed()
    {
        var recovery = new LossDetection(Role.Server, new NewReno(Size));
        Send(recovery, 0, At(0));
        Assert.True(recovery.Timer.IsNever);
        Send(recovery, 0, At(1000), PacketNumberSpaceId.Handshake);
        Assert.Equal(At(1000) + recovery.Rtt.Pto, recovery.Timer);
        recovery.HandshakeConfirmed = true;
        recovery.SetLossDetectionTimer(At(1000));
        Assert.Equal(At(0) + recovery.PtoPeriod, recovery.Timer);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.1
    //= type=test
    //# The sender MUST exit slow start and enter a recovery period when a packet is lost or
    //# when the ECN-CE count reported by its peer increases.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.2
    //= type=test
    //# On entering a recovery period, a sender MUST set the slow start threshold to half the
    //# value of the congestion window when loss is detected.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.2
    //= type=test
    //# The congestion window MUST be set to the reduced value of the slow start threshold
    //# before exiting the recovery period.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.4
    //= type=test
    //# Endpoints MUST NOT ignore the loss of packets that were sent after the earliest
    //# acknowledged packet in a given packet number space.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
    //= type=test
    //# Upon detecting losses, a sender MUST take appropriate congestion control action.
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

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.2
    //= type=test
    //# The RECOMMENDED value is 2 * max_datagram_size.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.6.2
    //= type=test
    //# When persistent congestion is declared, the sender's congestion window MUST be reduced
    //# to the minimum congestion window (kMinimumWindow)
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

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2
    //= type=test
    //# When Initial or Handshake keys are discarded, the PTO and loss detection timers MUST be
    //# reset
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.4
    //= type=test
    //# The sender MUST discard all recovery state associated with those packets and MUST remove
    //# them from the count of bytes in flight.
    [Fact]
    public void Discarding_a_space_takes_its_packets_out_of_flight()
    {
        Send(0, At(0), PacketNumberSpaceId.Initial);
        _recovery.OnPacketNumberSpaceDiscarded(At(1), PacketNumberSpaceId.Initial, new());
        Assert.Equal(0, _recovery.Controller.BytesInFlight);
        Assert.True(_recovery.Timer.IsNever);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7
    //= type=test
    //# the chosen controller MUST conform to the congestion control guidelines specified in
    //# Section 3.1 of [RFC8085].
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

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.8
    //= type=test
    //# When this occurs, the congestion window SHOULD NOT be increased in either slow start or
    //# congestion avoidance.
    [Fact]
    public void A_window_that_the_application_does_not_use_does_not_grow()
    {
        foreach (var algorithm in Enum.GetValues<CongestionAlgorithm>())
        {
            var controller = CongestionController.Create(algorithm, Size);
            for (var round = 0; round < 2; round++)
            {
                var window = controller.Window;
                for (var i = 1; i < 100; i++) controller.OnPacketAcked(At(i), new() { TimeSent = At(i), Size = Size }, new());
                Assert.Equal(window, controller.Window);
                controller.OnCongestionEvent(At(0), At(0));
            }
        }
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

    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.1
    //= type=test
    //# To avoid generating multiple RTT samples for a single packet, an ACK frame SHOULD NOT be
    //# used to update RTT estimates if it does not newly acknowledge the largest acknowledged
    //# packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.1
    //= type=test
    //# An RTT sample MUST NOT be generated on receiving an ACK frame that does not newly
    //# acknowledge at least one ack-eliciting packet.
    [Fact]
    public void A_sample_comes_only_of_the_largest_newly_acknowledged_with_something_that_asked_for_it()
    {
        Send(0, At(0));
        Send(1, At(0));
        Ack(At(100), TimeSpan.Zero, 1);
        Ack(At(110), TimeSpan.Zero, 1, first: 0);
        Assert.Equal(Ms(100), _recovery.Rtt.LatestRtt);
        Send(2, At(120), ackEliciting: false);
        Ack(At(150), TimeSpan.Zero, 2);
        Assert.Equal((1, Ms(100)), (_recovery.Acked.Count, _recovery.Rtt.LatestRtt));
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.2
    //= type=test
    //# min_rtt MUST be set to the lesser of min_rtt and latest_rtt (Section 5.1) on all other
    //# samples.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.2
    //= type=test
    //# Endpoints SHOULD set the min_rtt to the newest RTT sample after persistent congestion is
    //# established.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.2
    //= type=test
    //# Implementations SHOULD NOT refresh the min_rtt value too often
    [Fact]
    public void The_minimum_is_the_least_sample_until_persistent_congestion_makes_it_the_newest()
    {
        (double Sent, double Acked, double Minimum)[] samples = [(0, 80, 80), (100, 150, 50), (200, 290, 50)];
        for (var i = 0; i < samples.Length; i++)
        {
            Send(i, At(samples[i].Sent));
            Ack(At(samples[i].Acked), TimeSpan.Zero, i);
            Assert.Equal(Ms(samples[i].Minimum), _recovery.Rtt.MinRtt);
        }

        for (var i = 3; i < 12; i++) Send(i, At(i * 200));
        Send(12, At(2500));
        Ack(At(2600), TimeSpan.Zero, 12);
        Assert.Equal((1, Ms(100)), (_recovery.PersistentCongestions, _recovery.Rtt.MinRtt));
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.3
    //= type=test
    //# the endpoint SHOULD ignore max_ack_delay until the handshake is confirmed
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.3
    //= type=test
    //# SHOULD ignore the peer's max_ack_delay until the handshake is confirmed;
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.3
    //= type=test
    //# MUST use the lesser of the acknowledgment delay and the peer's max_ack_delay after the
    //# handshake is confirmed
    [Theory]
    [InlineData(false, 60)]
    [InlineData(true, 25)]
    public void The_peers_delay_is_limited_to_what_it_promised_once_the_handshake_is_confirmed(bool isConfirmed, double subtracted)
    {
        _recovery.HandshakeConfirmed = isConfirmed;
        Send(0, At(0));
        Ack(At(100), TimeSpan.Zero, 0);
        Send(1, At(200));
        Ack(At(400), Ms(60), 1);
        Assert.Equal(((7 * Ms(100)) + Ms(200 - subtracted)) / 8, _recovery.Rtt.SmoothedRtt);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.3
    //= type=test
    //# In such cases, an endpoint SHOULD subtract such local delays from its RTT sample until
    //# the handshake is confirmed.
    [Theory]
    [InlineData(false, 30, 70)]
    [InlineData(true, 30, 100)]
    [InlineData(false, 100, 100)]
    public void The_time_an_acknowledgment_waited_here_for_its_keys_is_no_part_of_the_round_trip(bool isConfirmed, double held, double sample)
    {
        _recovery.HandshakeConfirmed = isConfirmed;
        Send(0, At(0));
        Ack(_recovery, At(100), TimeSpan.Zero, 0, held: Ms(held));
        Assert.Equal(Ms(sample), _recovery.Rtt.LatestRtt);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.2
    //= type=test
    //# this time threshold MUST be set to at least the local timer granularity, as indicated by
    //# the kGranularity constant.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.2
    //= type=test
    //# The RECOMMENDED value of the timer granularity (kGranularity) is 1 millisecond.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
    //= type=test
    //# The PTO period MUST be at least kGranularity to avoid the timer expiring immediately.
    [Fact]
    public void No_timer_is_finer_than_a_millisecond()
    {
        _recovery.MaxAckDelay = TimeSpan.Zero;
        for (var i = 0; i < 20; i++)
        {
            Send(i, At(i));
            Ack(At(i + 0.2), TimeSpan.Zero, i);
        }

        Send(20, At(20));
        Assert.InRange(_recovery.Timer - At(20), Ms(1), Ms(1.5));
        Send(21, At(20.1));
        Ack(At(20.3), TimeSpan.Zero, 21);
        Assert.Equal((0, At(21)), (_recovery.Lost.Count, _recovery.Timer));
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
    //= type=test
    //# When ack-eliciting packets in multiple packet number spaces are in flight, the timer
    //# MUST be set to the earlier value of the Initial and Handshake packet number spaces.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
    //= type=test
    //# A sender SHOULD restart its PTO timer every time an ack-eliciting packet is sent or
    //# acknowledged, or when Initial or Handshake keys are discarded
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2
    //= type=test
    //# When Initial or Handshake keys are discarded, the PTO and loss detection timers MUST be
    //# reset
    [Fact]
    public void The_earlier_of_the_handshakes_spaces_sets_the_timer_and_each_packet_restarts_its_own()
    {
        var server = new LossDetection(Role.Server, new NewReno(Size));
        Send(server, 0, At(0), PacketNumberSpaceId.Initial);
        var period = server.Timer - At(0);
        Send(server, 0, At(50), PacketNumberSpaceId.Handshake);
        Assert.Equal(At(0) + period, server.Timer);
        Send(server, 1, At(100), PacketNumberSpaceId.Initial);
        Assert.Equal(At(50) + period, server.Timer);
        Assert.Equal(PacketNumberSpaceId.Handshake, server.OnLossDetectionTimeout(server.Timer));
        server.OnPacketNumberSpaceDiscarded(At(1100), PacketNumberSpaceId.Handshake, new());
        Assert.Equal((At(100) + period, 0), (server.Timer, server.PtoCount));
        Ack(server, At(1100), TimeSpan.Zero, 1, PacketNumberSpaceId.Initial, first: 0);
        Assert.True(server.Timer.IsNever);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2.1
    //= type=test
    //# the client MUST set the PTO timer if the client has not received an acknowledgment for
    //# any of its Handshake packets and the handshake is not confirmed
    /// <summary>Early data in flight hid it: with the Initial acknowledged and the rest of the server's flight lost, both waited for ever.</summary>
    [Fact]
    public void A_client_with_only_early_data_in_flight_probes_for_the_handshake()
    {
        var client = new LossDetection(Role.Client, new NewReno(Size));
        Send(client, 0, At(0), PacketNumberSpaceId.Initial);
        Send(client, 0, At(0));
        Ack(client, At(50), TimeSpan.Zero, 0, PacketNumberSpaceId.Initial);
        Assert.False(client.Timer.IsNever);
        Assert.Equal(PacketNumberSpaceId.Initial, client.OnLossDetectionTimeout(client.Timer));
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.2
    //= type=test
    //# Endpoints SHOULD use an initial congestion window of ten times the maximum datagram size
    //# (max_datagram_size), while limiting the window to the larger of 14,720 bytes or twice
    //# the maximum datagram size.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.2
    //= type=test
    //# If the maximum datagram size changes during the connection, the initial congestion
    //# window SHOULD be recalculated with the new size.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.7
    //= type=test
    //# Senders SHOULD limit bursts to the initial congestion window
    [Theory]
    [InlineData(1200, 12_000)]
    [InlineData(1472, 14_720)]
    [InlineData(1500, 14_720)]
    [InlineData(9000, 18_000)]
    public void The_initial_window_is_ten_datagrams_within_bounds_and_no_burst_is_larger(int size, long expected)
    {
        var controller = new NewReno(size);
        Assert.Equal((expected, expected), (controller.Window, controller.InitialWindow));
        Assert.Equal(expected, default(Pacer).Budget(At(0), controller, new()));
        controller.SetMaxDatagramSize(1200);
        Assert.Equal(12_000, controller.InitialWindow);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.7
    //= type=test
    //# A sender SHOULD pace sending of all in-flight packets based on input from the congestion
    //# controller.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.7
    //= type=test
    //# Senders MUST either use pacing or limit such bursts.
    [Fact]
    public void A_window_leaves_over_the_round_trip_and_not_at_once()
    {
        var controller = new NewReno(Size);
        var rtt = new RttEstimator();
        rtt.UpdateRtt(At(0), Ms(100), TimeSpan.Zero);
        var pacer = default(Pacer);
        pacer.OnSent((int)pacer.Budget(At(0), controller, rtt));
        Assert.Equal(0, pacer.Budget(At(0), controller, rtt));
        var next = pacer.NextSend(controller, rtt);
        Assert.InRange(next - At(0), Ms(7.9), Ms(8.1));
        Assert.InRange(pacer.Budget(next, controller, rtt), Size, Size + 1);
        Assert.InRange(pacer.Budget(At(40), controller, rtt), controller.Window / 2, (controller.Window / 2) + 1);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.2
    //= type=test
    //# The congestion window MUST be set to the reduced value of the slow start threshold
    //# before exiting the recovery period.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.3
    //= type=test
    //# MUST limit the increase to the congestion window to at most one maximum datagram size
    //# for each congestion window that is acknowledged.
    [Fact]
    public void After_a_loss_each_window_acknowledged_adds_one_datagram()
    {
        for (var i = 0; i < 4; i++) Send(i, At(i));
        Ack(At(50), TimeSpan.Zero, 3);
        var window = _recovery.Controller.Window;
        Assert.Equal(window, _recovery.Controller.SlowStartThreshold);
        for (var i = 4; i < 24; i++)
        {
            var grown = _recovery.Controller.Window;
            Send(i, At(100 + (10 * i)));
            Ack(At(105 + (10 * i)), TimeSpan.Zero, i);
            Assert.InRange(_recovery.Controller.Window - grown, 0, Size);
        }

        // Twenty packets: five of the first window, six of the next, seven of the one after.
        Assert.Equal(window + (3 * Size), _recovery.Controller.Window);
    }

    /// <summary>One acknowledgment settles all: what lay between the two arrived, and so there was no silence.</summary>
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void Packets_between_which_another_arrived_are_no_persistent_congestion(bool arrived, int expected)
    {
        Send(0, At(0));
        Ack(At(100), TimeSpan.Zero, 0);
        Send(1, At(200));
        Send(2, At(700));
        Send(3, At(1300));
        Send(7, At(2000));
        var ranges = new RangeSet();
        if (arrived) ranges.Add(2, 3);
        ranges.Add(7, 8);
        Ack(_recovery, At(2100), ranges);
        Assert.Equal((arrived ? 2 : 3, expected), (_recovery.Lost.Count, _recovery.PersistentCongestions));
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.6.1
    //= type=test
    //# The RECOMMENDED value for kPersistentCongestionThreshold is 3
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.6.2
    //= type=test
    //# These two packets MUST be ack-eliciting
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.6.2
    //= type=test
    //# The persistent congestion period SHOULD NOT start until there is at least one RTT
    //# sample.
    [Theory]
    [InlineData(825, true, true, false)]
    [InlineData(826, true, true, true)]
    [InlineData(826, false, true, false)]
    [InlineData(826, true, false, false)]
    [InlineData(1500, true, false, false)]
    public void Persistent_congestion_takes_two_packets_that_ask_for_acknowledgment_sent_after_a_sample_and_far_apart(
        double apart, bool ackEliciting, bool hasSample, bool isPersistent)
    {
        if (hasSample)
        {
            Send(0, At(0));
            Ack(At(100), TimeSpan.Zero, 0);
        }

        Send(1, At(200), ackEliciting: ackEliciting);
        Send(2, At(200 + apart));
        Send(3, At(2000));
        Ack(At(2100), TimeSpan.Zero, 3);
        Assert.Equal((2, isPersistent ? 1 : 0), (_recovery.Lost.Count, _recovery.PersistentCongestions));
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
    //= type=test
    //# When a PTO timer expires, a sender MUST send at least one ack-eliciting packet in the
    //# packet number space as a probe.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
    //= type=test
    //# All probe packets sent on a PTO MUST be ack-eliciting.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
    //= type=test
    //# An endpoint SHOULD include new data in packets that are sent on PTO expiration.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.5
    //= type=test
    //# Probe packets MUST NOT be blocked by the congestion controller.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.5
    //= type=test
    //# A sender MUST however count these packets as being additionally in flight, since these
    //# packets add network load without establishing packet loss.
    [Fact]
    public void A_probe_timeout_sends_two_packets_past_the_window_with_what_is_oldest_and_what_is_new()
    {
        var pair = new Support.DirectPair { DropsToServer = true };
        var stream = pair.Client.TryOpenStream(unidirectional: true)!;
        stream.Write(new byte[200_000]);
        pair.Exchange();
        var recovery = pair.Client.Recovery;
        var (inFlight, packets, offset) = (recovery.Controller.BytesInFlight, recovery.InFlight(Space).AckElicitingInFlight, stream.Sending.Buffer.SentOffset);
        Assert.False(recovery.Controller.HasRoom(pair.Client.DatagramSize));
        pair.Advance(Ms(40));
        Assert.Equal((1, packets + 2), (pair.Client.Statistics.ProbeTimeouts, recovery.InFlight(Space).AckElicitingInFlight));
        Assert.True(recovery.Controller.BytesInFlight > Math.Max(inFlight + Size, recovery.Controller.Window));
        Assert.True(stream.Sending.Buffer.SentOffset > offset);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
    //= type=test
    //# When a PTO timer expires, a sender MUST send at least one ack-eliciting packet in the
    //# packet number space as a probe.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
    //= type=test
    //# All probe packets sent on a PTO MUST be ack-eliciting.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
    //= type=test
    //# When there is no data to send, the sender SHOULD send a PING or other ack-eliciting
    //# frame in a single packet, rearming the PTO timer.
    [Fact]
    public void A_probe_timeout_with_nothing_to_send_sends_a_PING_and_sets_the_timer_again()
    {
        var pair = new Support.DirectPair(ConnectionLimits.Default with { KeepAliveInterval = TimeSpan.FromSeconds(1) }) { DropsToServer = true };
        pair.Advance(TimeSpan.FromSeconds(1.1));
        var recovery = pair.Client.Recovery;
        var before = recovery.InFlight(Space).AckElicitingInFlight;
        Assert.True(before > 0);
        pair.Advance(Ms(40));
        Assert.True(recovery.InFlight(Space).AckElicitingInFlight > before);
        Assert.Equal(1, pair.Client.Statistics.ProbeTimeouts);
        Assert.True(recovery.Timer > pair.Now && !recovery.Timer.IsNever);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
    //= type=test
    //# the sender SHOULD send ack-eliciting packets from other packet number spaces with
    //# in-flight data, coalescing packets if possible.
    [Fact]
    public void A_probe_of_the_handshake_brings_what_is_in_flight_in_the_other_space_along()
    {
        var world = new World(3, new(), static _ => new Echo(), static _ => new Echo());
        var probes = new List<PacketType[]>();
        world.Link.Drop = (isToServer, bytes) =>
        {
            if (world.Server.Connections is [{ Statistics.ProbeTimeouts: 1 }] && !isToServer) probes.Add(Types(bytes));
            return !isToServer || world.Server.Connections.Count > 0;
        };
        world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromSeconds(1.5));
        Assert.Contains(probes, static types => types is [PacketType.Initial, PacketType.Handshake]);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2.1
    //= type=test
    //# When the PTO fires, the client MUST send a Handshake packet if it has Handshake keys,
    //# otherwise it MUST send an Initial packet in a UDP datagram with a payload of at least
    //# 1200 bytes.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-9.3
    //= type=test
    //# First, the packet containing a ClientHello MUST be padded to a minimum size.
    [Fact]
    public void A_clients_probe_is_a_Handshake_packet_or_before_there_are_keys_an_Initial_of_full_size()
    {
        foreach (var hearsServer in new[] { false, true })
        {
            var world = new World(3, new(), static _ => new Echo(), static _ => new Echo());
            var probes = new List<(PacketType[] Types, int Length)>();
            Connection? client = null;
            world.Link.Drop = (isToServer, bytes) =>
            {
                if (isToServer && client is { Statistics.ProbeTimeouts: 1 }) probes.Add((Types(bytes), bytes.Length));
                return isToServer ? client is not null && (!hearsServer || world.Server.Connections.Count > 0) : !hearsServer;
            };
            client = world.Client.Connect(world.Now, world.Server);
            world.RunFor(TimeSpan.FromSeconds(1.4));
            Assert.NotEmpty(probes);
            Assert.Contains(hearsServer ? PacketType.Handshake : PacketType.Initial, probes[0].Types);
            if (!hearsServer) Assert.True(probes[0].Length >= Connection.MinDatagramSize);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.7
    //= type=test
    //# packets containing only ACK frames SHOULD therefore not be paced.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.8
    //= type=test
    //# A sender SHOULD NOT consider itself application limited if it would have fully utilized
    //# the congestion window without pacing delay.
    [Fact]
    public void Acknowledgments_are_not_paced_and_data_that_waits_for_its_pace_fills_the_window_all_the_same()
    {
        var upload = new Upload();
        var world = new World(3, new() { Delay = Ms(50) }, _ => upload, static _ => new Echo());
        var (acknowledged, last, burst) = (0, 0L, 20_000L);
        world.Client.OnTransmit = (connection, transmit) =>
        {
            if (upload.Stream is not { } stream) return;
            var recovery = connection!.Recovery;
            var sent = stream.Sending.Buffer.SentOffset;
            var waits = stream.Sending.Buffer.HasUnsent && recovery.Controller.HasRoom(connection.DatagramSize);
            if (waits && sent == last && transmit.Length < 60) acknowledged++;
            if (waits && sent > last && last > burst) Assert.True(recovery.InFlight(Space)[recovery.InFlight(Space).Count - 1].WindowLimited);
            last = sent;
        };
        world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromSeconds(2));
        Assert.True(acknowledged > 0);

        // After a silence the window is far from full when its first half has left, and used all the same.
        burst = upload.Stream!.Sending.Buffer.SentOffset;
        Assert.Equal(burst, upload.Stream.Sending.Buffer.WrittenOffset);
        upload.Stream.Write(new byte[400_000]);
        world.RunFor(TimeSpan.FromSeconds(2));
        Assert.True(last > burst);
    }

    private static PacketType[] Types(byte[] datagram)
    {
        var types = new List<PacketType>();
        for (var rest = datagram.AsSpan(); PacketHeader.TryRead(rest, 8, out var header); rest = rest[header.End..]) types.Add(header.Type);
        return [.. types];
    }

    /// <summary>Sends much on one stream and reads what comes back.</summary>
    private sealed class Upload : Node.IApplication
    {
        private readonly byte[] _buffer = new byte[4096];

        public QuicStream? Stream { get; private set; }

        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            if (connectionEvent.Kind == ConnectionEventKind.HandshakeCompleted)
            {
                Stream = connection.TryOpenStream()!;
                Stream.Write(new byte[400_000]);
            }

            while (Stream is not null && Stream.Read(_buffer) > 0)
            {
            }
        }
    }

    private static Timestamp At(double milliseconds) => new Timestamp(TimeSpan.TicksPerSecond) + Ms(milliseconds);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));

    private void Send(long number, Timestamp now, PacketNumberSpaceId space = Space, bool ackEliciting = true) =>
        Send(_recovery, number, now, space, ackEliciting);

    private void Ack(Timestamp now, TimeSpan delay, long number, long? first = null) => Ack(_recovery, now, delay, number, first: first);

    private static void Send(LossDetection recovery, long number, Timestamp now, PacketNumberSpaceId space = Space, bool ackEliciting = true)
    {
        recovery.OnPacketSent(
            now, space, new() { Number = new(number), TimeSent = now, Size = Size, AckEliciting = ackEliciting, Frames = SentFrames.End, WindowLimited = true });
        recovery.SetLossDetectionTimer(now);
    }

    private static void Ack(
        LossDetection recovery, Timestamp now, TimeSpan delay, long number, PacketNumberSpaceId space = Space, long? first = null, TimeSpan held = default)
    {
        var ranges = new RangeSet();
        ranges.Add(first ?? number, number + 1);
        Ack(recovery, now, ranges, delay, space, held);
    }

    private static void Ack(
        LossDetection recovery, Timestamp now, in RangeSet ranges, TimeSpan delay = default, PacketNumberSpaceId space = Space, TimeSpan held = default)
    {
        var buffer = new byte[128];
        var writer = new WireWriter(buffer);
        AckFrame.TryWrite(ref writer, ranges, 0, default);
        var reader = new WireReader(buffer.AsSpan(1));
        AckFrame.TryRead(ref reader, FrameType.Ack, out var ack);
        recovery.OnAckReceived(now, space, ack, delay, held);
    }
}
