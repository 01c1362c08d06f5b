using HyperGen.Quic.Frames;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Tests;

/// <summary>Challenges and their answers, frame by frame: RFC 9000 section 8.2.</summary>
public sealed class PathValidationTests
{
    private static readonly NetworkPath Elsewhere = new(NetworkAddress.FromIPv4(0x0A000063, 50_001), NetworkAddress.FromIPv4(0x0A000002, 443));

    /// <summary>What the RFC's kInitialRtt of 333 ms comes to.</summary>
    private static readonly TimeSpan InitialPto = TimeSpan.FromMilliseconds(999);

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
    //= type=test
    //# an endpoint SHOULD NOT send multiple PATH_CHALLENGE frames in a single packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
    //= type=test
    //# The endpoint MUST use unpredictable data in every PATH_CHALLENGE frame so that
    //# it can associate the peer's response with the corresponding PATH_CHALLENGE.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
    //= type=test
    //# An endpoint SHOULD NOT probe a new path with packets containing a
    //# PATH_CHALLENGE frame more frequently than it would send an Initial packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.4
    //= type=test
    //# Endpoints SHOULD abandon path validation based on a timer.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.4
    //= type=test
    //# A value of three times the larger of the current PTO or the PTO for the new
    //# path (using kInitialRtt, as defined in [QUIC-RECOVERY]) is RECOMMENDED.
    [Fact]
    public void A_new_path_is_challenged_now_and_then_and_given_up_after_three_probe_timeouts()
    {
        var client = new RawClient().Connect();
        var start = client.Now;
        Move(client, 1200);
        Assert.Equal(Elsewhere, client.Server!.Path);
        var times = new List<TimeSpan>();
        while (client.Server.Path == Elsewhere && client.Now - start < TimeSpan.FromSeconds(20))
        {
            if (Challenges(client).Count > times.Count) times.Add(client.Now - start);
            client.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(client.Now - start, 3 * InitialPto, (3 * InitialPto) + TimeSpan.FromMilliseconds(150));
        Assert.InRange(times.Count, 2, 3);
        for (var i = 1; i < times.Count; i++) Assert.InRange(times[i] - times[i - 1], InitialPto - TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(5));
        var challenges = client.Frames.Where(static frame => frame.Type == FrameType.PathChallenge).ToArray();
        Assert.Equal(challenges.Length, challenges.Select(static frame => frame.Packet).Distinct().Count());
        Assert.Equal(challenges.Length, challenges.Select(static frame => frame.Value).Distinct().Count());
    }

    [Fact]
    public void Challenges_that_nobody_answers_follow_at_growing_distances()
    {
        var (validation, pto, now) = (new PathValidation(TimeSpan.FromSeconds(100)), TimeSpan.FromSeconds(1), new Timestamp(1));
        foreach (var distance in new[] { 1, 2, 4, 8, 16, 16 })
        {
            Assert.True(validation.ChallengePending);
            validation.OnChallengeSent(now, pto, (ulong)distance, isSmall: false);
            Assert.Equal((false, now + (distance * pto)), (validation.ChallengePending, validation.NextChallenge));
            validation.OnTimeout(validation.NextChallenge - TimeSpan.FromTicks(1));
            Assert.False(validation.ChallengePending);
            now = validation.NextChallenge;
            validation.OnTimeout(now);
        }

        Assert.Equal(new Timestamp(1) + TimeSpan.FromSeconds(300), validation.Deadline);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
    //= type=test
    //# An endpoint MUST expand datagrams that contain a PATH_CHALLENGE frame to at
    //# least the smallest allowed maximum datagram size of 1200 bytes, unless the
    //# anti-amplification limit for the path does not permit sending a datagram of
    //# this size.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
    //= type=test
    //# To ensure that the path MTU is large enough, the endpoint MUST perform a second
    //# path validation by sending a PATH_CHALLENGE frame in a datagram of at least
    //# 1200 bytes.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.3
    //= type=test
    //# However, the endpoint MUST initiate another path validation with an expanded
    //# datagram to verify that the path supports the required MTU.
    [Theory]
    [InlineData(1200, 1200)]
    [InlineData(400, 1200)]
    [InlineData(100, 300)]
    public void A_challenge_is_as_large_as_it_may_be_and_one_that_was_small_is_followed_by_a_large_one(int received, int expected)
    {
        var client = new RawClient().Connect();
        Move(client, received);
        var challenge = Assert.Single(Challenges(client));
        Assert.Equal(expected, challenge.Datagram);
        client.Frames.Clear();
        Answer(client, challenge, Elsewhere);
        var second = Challenges(client);
        Assert.Equal(expected < 1200 ? 1 : 0, second.Count);
        Assert.All(second, frame => Assert.True(frame.Datagram >= 1200 && frame.Value != challenge.Value));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
    //= type=test
    //# On receiving a PATH_CHALLENGE frame, an endpoint MUST respond by echoing the
    //# data contained in the PATH_CHALLENGE frame in a PATH_RESPONSE frame.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
    //= type=test
    //# An endpoint MUST NOT delay transmission of a packet containing a PATH_RESPONSE
    //# frame unless constrained by congestion control.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
    //= type=test
    //# An endpoint MUST expand datagrams that contain a PATH_RESPONSE frame to at
    //# least the smallest allowed maximum datagram size of 1200 bytes.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
    //= type=test
    //# An endpoint MUST NOT send more than one PATH_RESPONSE frame in response to one
    //# PATH_CHALLENGE frame
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
    //= type=test
    //# Unlike other cases where datagrams are expanded, endpoints MUST NOT discard
    //# datagrams that appear to be too small when they contain PATH_CHALLENGE or
    //# PATH_RESPONSE.
    [Fact]
    public void A_challenge_in_a_small_datagram_is_answered_at_once_in_a_large_one_and_only_once()
    {
        var client = new RawClient().Connect();
        var start = client.Now;
        client.Send([0x1a, 1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.InRange(client.Now - start, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < 8; i++)
        {
            var response = Assert.Single(client.Frames, static frame => frame.Type == FrameType.PathResponse);
            Assert.Equal((0x0102030405060708, 1200), (response.Value, response.Datagram));

            // It is lost, as everything is that is never acknowledged.
            client.Advance(TimeSpan.FromSeconds(1));
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
    //= type=test
    //# This requirement MUST NOT be enforced by the endpoint that initiates path
    //# validation, as that would enable an attack on migration
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_answer_counts_along_whatever_path_it_comes(bool isAnswered)
    {
        var client = new RawClient().Connect();
        var original = client.Server!.Path;
        Move(client, 1200);
        if (isAnswered) Answer(client, Assert.Single(Challenges(client)), original);
        for (var i = 0; i < 50; i++) client.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(isAnswered ? Elsewhere : original, client.Server.Path);
    }

    /// <summary>The client speaks from elsewhere, in a datagram of so many bytes.</summary>
    private static void Move(RawClient client, int length)
    {
        client.Frames.Clear();
        client.Deliver(Packet(client, [0x01], length), Elsewhere);
    }

    private static void Answer(RawClient client, RawClient.Received challenge, NetworkPath path)
    {
        var data = BitConverter.GetBytes(challenge.Value).Reverse().ToArray();
        client.Deliver(Packet(client, [0x1b, .. data], 1200), path);
    }

    private static byte[] Packet(RawClient client, byte[] frames, int length)
    {
        var overhead = client.Packet(PacketNumberSpaceId.ApplicationData, []).Length;
        return client.Packet(PacketNumberSpaceId.ApplicationData, [.. frames, .. new byte[length - overhead - frames.Length]]);
    }

    private static List<RawClient.Received> Challenges(RawClient client) =>
        [.. client.Frames.Where(static frame => frame.Type == FrameType.PathChallenge && frame.Path == Elsewhere)];
}
