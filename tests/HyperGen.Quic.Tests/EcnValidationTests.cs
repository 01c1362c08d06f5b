using HyperGen.Quic.Frames;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests;

/// <summary>When a path is believed to carry ECN marks, and when not any more: RFC 9000 section 13.4.2 and appendix A.4.</summary>
public sealed class EcnValidationTests
{
    [Fact]
    public void Ten_packets_are_marked_and_the_next_only_when_the_marks_were_seen_to_arrive()
    {
        var ecn = Tested();
        Assert.Equal((EcnValidation.State.Unknown, EcnCodepoint.NotEct), (ecn.Current, ecn.Mark));
        Assert.True(Judge(ref ecn, newlyAcked: 1, markedSent: 10, default, new(1, 0, 0)));
        Assert.Equal((EcnValidation.State.Capable, EcnCodepoint.Ect0), (ecn.Current, ecn.Mark));

        // An acknowledgment of what was not marked says nothing of marks.
        Assert.True(Judge(ref ecn, newlyAcked: 0, markedSent: 10, new(1, 0, 0), new(1, 0, 0)));
        Assert.Equal(EcnValidation.State.Capable, ecn.Current);
    }

    /// <summary>How many marked packets are newly acknowledged and how many were sent, the counts before, and those of the frame.</summary>
    public static TheoryData<int, long, long[], long[]> Impossible => new()
    {
        { 2, 10, [5, 0, 0], [6, 0, 0] },
        { 2, 10, [5, 0, 1], [6, 0, 1] },
        { 0, 10, [5, 0, 0], [4, 0, 0] },
        { 0, 10, [5, 0, 2], [5, 0, 1] },
        { 0, 10, [5, 0, 2], [7, 0, 1] },
        { 1, 10, [5, 0, 0], [6, 1, 0] },
        { 1, 10, [9, 0, 0], [11, 0, 0] },
        { 1, 10, [9, 0, 0], [9, 0, 11] },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Counts_that_cannot_be_right_end_it(int newlyAcked, long markedSent, long[] before, long[] now)
    {
        var ecn = Capable();
        Assert.False(Judge(ref ecn, newlyAcked, markedSent, Counts(before), Counts(now)));
        Assert.Equal((EcnValidation.State.Failed, EcnCodepoint.NotEct), (ecn.Current, ecn.Mark));

        // It stays so, whatever is said later.
        Assert.False(Judge(ref ecn, newlyAcked: 1, markedSent: 20, default, new(1, 0, 0)));
        Assert.Equal(EcnValidation.State.Failed, ecn.Current);
    }

    /// <summary>The same as before, for counts that can.</summary>
    public static TheoryData<int, long, long[], long[]> Possible => new()
    {
        { 2, 10, [5, 0, 0], [7, 0, 0] },
        { 2, 10, [5, 0, 0], [6, 0, 1] },
        { 2, 10, [5, 0, 0], [5, 0, 2] },

        // Those of an acknowledgment that was lost are made up for.
        { 1, 10, [2, 0, 0], [9, 0, 1] },
        { 0, 10, [5, 0, 1], [5, 0, 1] },
    };

    [Theory]
    [MemberData(nameof(Possible))]
    public void Counts_that_can_be_right_are_believed(int newlyAcked, long markedSent, long[] before, long[] now)
    {
        var ecn = Capable();
        Assert.True(Judge(ref ecn, newlyAcked, markedSent, Counts(before), Counts(now)));
        Assert.Equal(EcnValidation.State.Capable, ecn.Current);
    }

    [Fact]
    public void An_acknowledgment_of_marked_packets_that_counts_none_ends_it()
    {
        var ecn = Tested();
        Assert.False(Judge(ref ecn, newlyAcked: 0, markedSent: 10, default, now: null));
        Assert.Equal(EcnValidation.State.Unknown, ecn.Current);
        Assert.False(Judge(ref ecn, newlyAcked: 1, markedSent: 10, default, now: null));
        Assert.Equal(EcnValidation.State.Failed, ecn.Current);
    }

    [Fact]
    public void A_path_that_swallows_whatever_is_marked_gets_nothing_marked()
    {
        var ecn = Tested();
        for (var i = 0; i < 9; i++) ecn.OnMarkedLost();
        Assert.Equal(EcnValidation.State.Unknown, ecn.Current);
        ecn.OnMarkedLost();
        Assert.Equal(EcnValidation.State.Failed, ecn.Current);

        ecn = Tested();
        ecn.OnProbeTimeouts();
        Assert.Equal(EcnValidation.State.Failed, ecn.Current);
        ecn = new();
        ecn.OnProbeTimeouts();
        Assert.Equal(EcnValidation.State.Failed, ecn.Current);
    }

    /// <summary>What was seen to arrive is not to blame for a loss.</summary>
    [Fact]
    public void Once_marks_have_arrived_losses_have_other_reasons()
    {
        var ecn = Capable();
        for (var i = 0; i < 100; i++) ecn.OnMarkedLost();
        ecn.OnProbeTimeouts();
        Assert.Equal(EcnValidation.State.Capable, ecn.Current);
    }

    private static EcnValidation Tested()
    {
        var ecn = new EcnValidation();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal((EcnValidation.State.Testing, EcnCodepoint.Ect0), (ecn.Current, ecn.Mark));
            ecn.OnMarkedSent();
        }

        return ecn;
    }

    private static EcnValidation Capable()
    {
        var ecn = Tested();
        Assert.True(Judge(ref ecn, newlyAcked: 1, markedSent: 10, default, new(1, 0, 0)));
        return ecn;
    }

    private static bool Judge(ref EcnValidation ecn, int newlyAcked, long markedSent, EcnCounts before, EcnCounts? now)
    {
        byte[] bytes = [9, 0, 0, 0, (byte)(now?.Ect0 ?? 0), (byte)(now?.Ect1 ?? 0), (byte)(now?.CongestionExperienced ?? 0)];
        var reader = new WireReader(bytes);
        Assert.False(AckFrame.TryRead(ref reader, now is null ? FrameType.Ack : FrameType.AckEcn, out var frame).IsError);
        return ecn.OnAck(newlyAcked, markedSent, before, frame);
    }

    private static EcnCounts Counts(long[] values) => new(values[0], values[1], values[2]);
}
