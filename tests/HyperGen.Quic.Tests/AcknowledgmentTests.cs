using HyperGen.Quic.Frames;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests;

/// <summary>What is acknowledged, when, and with what: RFC 9000 sections 13.1, 13.2 and 13.4.</summary>
public sealed class AcknowledgmentTests
{
    private const PacketNumberSpaceId OneRtt = PacketNumberSpaceId.ApplicationData;
    private static readonly TimeSpan MaxAckDelay = TimeSpan.FromMilliseconds(25);

    private readonly RawClient _client = new RawClient().Connect();

    private Connection Server => _client.Server!;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //= type=test
    //# ack-eliciting packets MUST be acknowledged at least once within the maximum delay
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //= type=test
    //# all ack-eliciting 0-RTT and 1-RTT packets within its advertised max_ack_delay
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //= type=test
    //# an endpoint MUST NOT send more than one such packet in response to receiving an
    //# ack-eliciting packet
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.5
    //= type=test
    //# An endpoint MUST NOT include delays that it does not control when populating the
    //# ACK Delay field in an ACK frame.
    [Fact]
    public void One_packet_is_acknowledged_once_and_within_the_delay_that_was_promised()
    {
        Quiet();
        _client.Send([0x01]);
        Assert.Empty(_client.Packets);
        Assert.InRange(Server.NextTimeout - _client.Now, MaxAckDelay - TimeSpan.FromMilliseconds(1), MaxAckDelay);
        _client.Advance(MaxAckDelay);
        var acknowledgment = Assert.Single(_client.Packets);
        Assert.Equal([FrameType.Ack], acknowledgment.Frames);
        Assert.InRange(acknowledgment.AckDelay * 8, 25_000, 25_100);
        for (var i = 0; i < 20; i++) _client.Advance(MaxAckDelay);
        Assert.Single(_client.Packets);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //= type=test
    //# an endpoint SHOULD generate and send an ACK frame without delay when it receives
    //# an ack-eliciting packet
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //= type=test
    //# packets marked with the ECN Congestion Experienced (CE) codepoint in the IP header
    //# SHOULD be acknowledged immediately
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.2
    //= type=test
    //# A receiver SHOULD send an ACK frame after receiving at least two ack-eliciting
    //# packets.
    [Theory]
    [InlineData("a second packet")]
    [InlineData("a gap")]
    [InlineData("an older packet")]
    [InlineData("a packet marked by a router")]
    public void Some_packets_are_acknowledged_at_once(string what)
    {
        Quiet();
        var first = _client.Packet(OneRtt, [0x01]);
        var second = _client.Packet(OneRtt, [0x01]);
        switch (what)
        {
            case "a second packet":
                _client.Deliver(first);
                Assert.Empty(_client.Packets);
                _client.Deliver(second);
                break;
            case "an older packet":
                _client.Deliver(second);
                _client.Packets.Clear();
                _client.Deliver(first);
                break;
            case "a gap":
                _client.Deliver(second);
                break;
            default:
                _client.Deliver(first, ecn: EcnCodepoint.CongestionExperienced);
                break;
        }

        var acknowledgment = Assert.Single(_client.Packets);
        Assert.NotEmpty(acknowledgment.Acked);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //= type=test
    //# An endpoint MUST acknowledge all ack-eliciting Initial and Handshake packets
    //# immediately
    [Fact]
    public void Handshake_packets_are_acknowledged_at_once()
    {
        var client = new RawClient();
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        var packet = Assert.Single(client.Packets);
        Assert.Equal((PacketNumberSpaceId.Initial, new Range64(0, 1)), (packet.Space, Assert.Single(packet.Acked)));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //= type=test
    //# An endpoint MUST NOT send a non-ack-eliciting packet in response to a
    //# non-ack-eliciting packet, even if there are packet gaps that precede the received
    //# packet.
    [Fact]
    public void Packets_that_ask_for_nothing_get_nothing_gap_or_not()
    {
        Quiet();
        _client.Packet(OneRtt, [0x01]);
        for (var i = 0; i < 50; i++)
        {
            _client.Send([0x00]);
            _client.Advance(MaxAckDelay);
        }

        Assert.Empty(_client.Packets);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2
    //= type=test
    //# When sending a packet for any reason, an endpoint SHOULD attempt to include an ACK
    //# frame if one has not been sent recently.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //= type=test
    //# An endpoint SHOULD send an ACK frame with other frames when there are new
    //# ack-eliciting packets to acknowledge.
    [Fact]
    public void An_acknowledgment_goes_along_with_what_is_sent_anyway()
    {
        Quiet();
        _client.Send([0x01]);
        Server.TryOpenStream(unidirectional: true)!.Write(new byte[10]);
        _client.Exchange();
        var packet = Assert.Single(_client.Packets);
        Assert.True(packet.Has(FrameType.Ack) && packet.Streams.Count == 1);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //= type=test
    //# an endpoint MUST NOT send an ack-eliciting frame in all packets that would
    //# otherwise be non-ack-eliciting

    /// <summary>Whoever only listens has to be asked now and then what it heard, so that ranges can be forgotten, and no more often.</summary>
    [Fact]
    public void An_acknowledgment_seldom_asks_for_one()
    {
        Quiet();
        _client.Packet(OneRtt, [0x01]);
        for (var i = 0; i < 160; i++)
        {
            _client.Deliver(_client.Packet(OneRtt, [0x01]));
            _client.Deliver(_client.Packet(OneRtt, [0x01]));
        }

        var asking = _client.Packets.Count(static packet => packet.Has(FrameType.Ping));
        Assert.InRange(_client.Packets.Count, 160, 162);
        Assert.InRange(asking, 1, 10);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.1
    //= type=test
    //# A packet MUST NOT be acknowledged until packet protection has been successfully
    //# removed and all frames contained in the packet have been processed.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
    //= type=test
    //# ACK frames SHOULD always acknowledge the most recently received packets
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
    //= type=test
    //# A receiver SHOULD include an ACK Range containing the largest received packet
    //# number in every ACK frame.
    [Fact]
    public void What_could_not_be_opened_is_not_acknowledged_and_the_newest_of_the_rest_is()
    {
        Quiet();
        var forged = _client.Packet(OneRtt, [0x01]);
        forged[^1] ^= 1;
        _client.Deliver(forged);
        _client.Deliver(_client.Packet(OneRtt, [0x01]));
        var first = Assert.Single(_client.Packets).Acked;
        Assert.Equal(2, first.Count);
        Assert.Equal(1, first[0].Length);
        Assert.Equal(first[0].Start - 1, first[1].End);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.5
    //= type=test
    //# When the measured acknowledgment delay is larger than its max_ack_delay, an
    //# endpoint SHOULD report the measured delay.
    [Fact]
    public void A_delay_beyond_the_promise_is_told_as_it_was()
    {
        Quiet();
        _client.Send([0x01]);
        _client.Now += 4 * MaxAckDelay;
        _client.Exchange();
        Assert.InRange(Assert.Single(_client.Packets).AckDelay * 8, 100_000, 100_100);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.5
    //= type=test
    //# endpoints SHOULD include buffering delays caused by unavailability of decryption
    //# keys

    /// <summary>The time counted from when the keys were there, and the client took the wait for the length of the path.</summary>
    [Fact]
    public void The_wait_for_keys_is_part_of_the_delay()
    {
        var client = new RawClient { HoldsHandshake = true }.Start();
        client.Send([0x01]);
        client.Advance(TimeSpan.FromMilliseconds(50));
        client.Release();
        client.Advance(MaxAckDelay);
        var acknowledgment = client.Packets.First(static packet => packet.Space == OneRtt && packet.Acked.Count > 0);
        Assert.InRange(acknowledgment.AckDelay * 8, 50_000, 51_000);
    }

    [Fact]
    public void What_was_acknowledged_is_acknowledged_again_along_with_other_frames_but_once_a_round_trip()
    {
        var rtt = TimeSpan.FromMilliseconds(20);
        var received = new ReceivedPackets();
        Assert.False(received.MayGoAlong(new(1), rtt));
        received.OnPacketReceived(new(1), new(0), ackEliciting: true, EcnCodepoint.NotEct, TimeSpan.FromMilliseconds(25));
        Assert.True(received.MayGoAlong(new(1), rtt));
        received.OnAckSent(new(1));
        Assert.False(received.MayGoAlong(new Timestamp(1) + rtt - TimeSpan.FromTicks(1), rtt));
        Assert.True(received.MayGoAlong(new Timestamp(1) + rtt, rtt));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.1
    //= type=test
    //# the endpoint MUST provide feedback about ECN markings it receives, if these are
    //# accessible
    [Fact]
    public void Marks_are_counted_and_told()
    {
        Quiet();
        _client.Deliver(_client.Packet(OneRtt, [0x01]), ecn: EcnCodepoint.Ect0);
        _client.Deliver(_client.Packet(OneRtt, [0x01]), ecn: EcnCodepoint.Ect1);
        _client.Deliver(_client.Packet(OneRtt, [0x01]), ecn: EcnCodepoint.CongestionExperienced);
        Assert.Equal(new EcnCounts(1, 1, 1), _client.Packets[^1].Ecn);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
    //= type=test
    //# the receiver SHOULD stop tracking those acknowledged ACK Ranges
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
    //= type=test
    //# A receiver MUST retain an ACK Range unless it can ensure that it will not
    //# subsequently accept packets with numbers in that range.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
    //= type=test
    //# they MUST retain the largest packet number that has been successfully processed
    [Fact]
    public void What_the_peer_has_seen_acknowledged_is_forgotten_but_for_the_newest_and_refused_for_ever()
    {
        var received = new ReceivedPackets();
        for (var i = 0; i < 10; i++) received.OnPacketReceived(default, new(2 * i), ackEliciting: true, EcnCodepoint.NotEct, default);
        Assert.Equal(10, received.Ranges.Count);
        received.OnAckOfAck(10);
        Assert.Equal(5, received.Ranges.Count);
        received.OnAckOfAck(18);
        Assert.Equal((1, new Range64(18, 19), new PacketNumber(18)), (received.Ranges.Count, received.Ranges[0], received.Largest));
        for (var i = 0; i < 17; i++) Assert.True(received.IsDuplicate(new(i)));
        for (var i = 100; i < 300; i += 2) received.OnPacketReceived(default, new(i), ackEliciting: true, EcnCodepoint.NotEct, default);
        Assert.Equal(ReceivedPackets.MaxRanges, received.Ranges.Count);
        for (var i = 0; i <= 298 - (2 * ReceivedPackets.MaxRanges); i++) Assert.True(received.IsDuplicate(new(i)));
        Assert.Equal(new PacketNumber(298), received.Largest);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2.1
    //= type=test
    //# An endpoint MUST NOT fail ECN validation as a result of processing an ACK frame
    //# that does not increase the largest acknowledged packet number.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2.2
    //= type=test
    //# If validation fails, then the endpoint MUST disable ECN.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2.2
    //= type=test
    //# an endpoint MUST disable ECN if validation later fails
    [Fact]
    public void An_older_acknowledgment_without_counts_proves_nothing_and_a_newer_one_switches_marks_off()
    {
        var client = new RawClient().Connect();
        var server = client.Server!;
        server.TryOpenStream(unidirectional: true)!.Write(new byte[5000]);
        client.Exchange();
        var largest = client.LargestReceived.Value;
        client.Send(frames => frames.Integers(0x03, largest, 0, 0, 0, 1, 0, 0));
        Assert.Equal(EcnValidation.State.Capable, server.EcnState);
        client.Send(frames => frames.Integers(0x02, largest, 0, 0, 2));
        Assert.Equal(EcnValidation.State.Capable, server.EcnState);
        client.Packets.Clear();
        server.TryOpenStream(unidirectional: true)!.Write(new byte[10]);
        client.Exchange();
        Assert.All(client.Packets, static packet => Assert.Equal(EcnCodepoint.Ect0, packet.Mark));
        client.Acknowledge();
        Assert.Equal(EcnValidation.State.Failed, server.EcnState);
        client.Packets.Clear();
        server.TryOpenStream(unidirectional: true)!.Write(new byte[10]);
        client.Exchange();
        Assert.All(client.Packets, static packet => Assert.Equal(EcnCodepoint.NotEct, packet.Mark));
        Assert.NotEmpty(client.Packets);
    }

    /// <summary>Has nothing of the handshake left to be sent.</summary>
    private void Quiet()
    {
        for (var i = 0; i < 3; i++)
        {
            _client.Acknowledge();
            _client.Advance(2 * MaxAckDelay);
        }

        _client.Packets.Clear();
    }
}
