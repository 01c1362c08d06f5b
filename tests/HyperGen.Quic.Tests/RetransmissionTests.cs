using HyperGen.Quic.Frames;
using HyperGen.Quic.Streams;

namespace HyperGen.Quic.Tests;

/// <summary>What is sent again, and what is not: RFC 9000 section 13.3.</summary>
public sealed class RetransmissionTests
{
    private static readonly TimeSpan LongEnoughToProbe = TimeSpan.FromSeconds(2);

    private readonly RawClient _client = new RawClient().Connect();

    private Connection Server => _client.Server!;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
    //= type=test
    //# The HANDSHAKE_DONE frame MUST be retransmitted until it is acknowledged.

    /// <summary>A probe of the path's size went first, and probe timeouts repeated that, which holds nothing.</summary>
    [Fact]
    public void HANDSHAKE_DONE_is_repeated_until_it_is_acknowledged()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Contains(_client.Packets, static packet => packet.Has(FrameType.HandshakeDone));
            _client.Packets.Clear();
            _client.Advance(LongEnoughToProbe * (1 << i));
        }

        _client.Acknowledge();
        _client.Packets.Clear();
        for (var i = 0; i < 5; i++) _client.Advance(LongEnoughToProbe);
        Assert.DoesNotContain(_client.Packets, static packet => packet.Has(FrameType.HandshakeDone));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-11.2
    //= type=test
    //# RESET_STREAM MUST only be instigated by the application protocol that uses QUIC.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
    //= type=test
    //# The content of a RESET_STREAM frame MUST NOT change when it is sent again.
    [Fact]
    public void Only_the_application_resets_a_stream_and_what_it_said_first_is_repeated_to_the_letter()
    {
        var stream = Server.TryOpenStream(unidirectional: true)!;
        stream.Write(new byte[100]);
        _client.Exchange();
        for (var i = 0; i < 3; i++) _client.Advance(LongEnoughToProbe);
        Assert.Empty(Resets());
        _client.Acknowledge();
        stream.Reset(9);
        _client.Exchange();
        Assert.Single(Resets());
        stream.Reset(10);
        _client.Send(frames => frames.Integers(0x05, stream.Id.Value, 11));
        for (var i = 0; i < 3; i++) _client.Advance(5 * LongEnoughToProbe);
        Assert.InRange(Resets().Count, 2, 20);
        Assert.Equal("04" + "03" + "09" + "4064", Assert.Single(Resets().Distinct()));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
    //= type=test
    //# Endpoints SHOULD prioritize retransmission of data over sending new data
    [Fact]
    public void What_was_lost_goes_before_what_is_new()
    {
        _client.Acknowledge();
        _client.Packets.Clear();
        Server.TryOpenStream(unidirectional: true)!.Write(new byte[100_000]);
        _client.Exchange();
        var window = _client.Packets.Where(static packet => packet.Offsets.Count > 0).ToList();
        Assert.Equal(0, window[0].Offsets[0]);
        Assert.InRange(window.Count, 5, 20);
        _client.Packets.Clear();
        _client.Acknowledge(except: window[0].Number);
        Assert.Equal(1, Server.Statistics.PacketsLost);
        _client.Advance(TimeSpan.FromMilliseconds(1));
        var offsets = _client.Packets.SelectMany(static packet => packet.Offsets).ToList();
        Assert.True(offsets.Count > 1);
        Assert.Equal(0, offsets[0]);
        Assert.Equal(1, offsets.Count(offset => offset <= window[^1].Offsets[0]));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
    //= type=test
    //# A sender SHOULD avoid retransmitting information from packets once they are
    //# acknowledged.
    [Fact]
    public void What_was_acknowledged_before_it_could_be_repeated_is_not()
    {
        _client.Acknowledge();
        Server.TryOpenStream(unidirectional: true)!.Write(new byte[100]);
        _client.Exchange();
        _client.Packets.Clear();
        _client.Now += LongEnoughToProbe;
        Server.HandleTimeout(_client.Now);
        Assert.Equal(1, Server.Statistics.ProbeTimeouts);
        _client.Acknowledge();
        Assert.DoesNotContain(_client.Packets, static packet => packet.Streams.Count > 0);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
    //= type=test
    //# A receiver MUST accept packets containing an outdated frame, such as a MAX_DATA
    //# frame carrying a smaller maximum data value than one found in an older packet.
    [Fact]
    public void Limits_that_come_late_and_are_lower_change_nothing()
    {
        var stream = Server.TryOpenStream(unidirectional: true)!;
        stream.Write(new byte[10]);
        _client.Exchange();
        _client.Send(frames => frames.Integers(0x10, 1, 0x11, stream.Id.Value, 1, 0x12, 0, 0x13, 0));
        Assert.Equal(ConnectionState.Established, Server.State);
        Assert.NotNull(Server.TryOpenStream(unidirectional: true));
        _client.Packets.Clear();
        stream.Write(new byte[1000]);
        _client.Exchange();
        Assert.Equal(10, Assert.Single(_client.Packets.SelectMany(static packet => packet.Offsets)));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
    //= type=test
    //# An endpoint SHOULD stop sending MAX_STREAM_DATA frames when the receiving part of
    //# the stream enters a "Size Known" or "Reset Recvd" state.
    [Theory]
    [InlineData("open", true)]
    [InlineData("size known", false)]
    [InlineData("reset", false)]
    public void A_stream_whose_end_is_known_needs_no_more_credit(string state, bool wantsLimit)
    {
        var part = new ReceivingPart();
        part.Open(new(), window: 1000);
        Assert.False(part.OnStreamFrame(new() { Id = new(0), Data = new byte[900], Fin = state == "size known" }, out _).IsError);
        part.Consume(800);
        if (state == "reset") Assert.False(part.OnResetStream(new(new(0), 1, 950), out _).IsError);
        part.LimitPending = true;
        Assert.Equal(wantsLimit, part.WantsLimit);
    }

    private List<string> Resets() => [.. _client.Packets.SelectMany(static packet => packet.Resets)];
}
