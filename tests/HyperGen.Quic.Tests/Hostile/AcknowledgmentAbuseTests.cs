using HyperGen.Quic.Frames;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Acknowledgments that are lies, huge, or do not come.</summary>
public sealed class AcknowledgmentAbuseTests : HostileTest
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.4
    //= type=test
    //# An endpoint MAY skip packet numbers when sending packets to detect
    //# this behavior.
    [Fact]
    [Against(Threat.AcknowledgmentOfWhatWasNotSent)]
    public void An_acknowledgment_of_a_number_that_was_left_out_is_a_violation()
    {
        var client = Attack(new RawClient()).Connect();
        var skipped = -1L;
        for (var i = 0; i < 200 && skipped < 0; i++)
        {
            var before = client.LargestReceived;
            client.Send([0x01]);
            client.Send([0x01]);
            if (client.LargestReceived.Value == before.Value + 2) skipped = before.Value + 1;
        }

        Assert.NotEqual(-1, skipped);
        client.Send(frames => frames.Integers(0x02, client.LargestReceived.Value, 0, 0, 0));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        client.Send(frames => frames.Integers(0x02, client.LargestReceived.Value, 0, 0, client.LargestReceived.Value - skipped));
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    [Fact]
    [Against(Threat.AcknowledgmentRanges)]
    public void Thousands_of_ranges_are_taken_and_taken_again()
    {
        var client = Attack(new RawClient()).Connect();
        for (var i = 0; i < 4000; i++) client.Send([0x01]);
        Assert.True(client.LargestReceived.Value > 1900);
        for (var i = 0; i < 3; i++)
        {
            client.Acknowledge(packet => packet.Number % 2 == i % 2);
            Assert.Equal(ConnectionState.Established, client.Server!.State);
        }

        Assert.Equal(0, client.Server!.Recovery.Controller.BytesInFlight);
    }

    /// <summary>One of thousands of ranges goes below packet number 0, or is of a packet that was never sent.</summary>
    [Theory]
    [Against(Threat.AcknowledgmentRanges)]
    [InlineData(0, nameof(TransportErrorCode.FrameEncodingError))]
    [InlineData(1_000_000, nameof(TransportErrorCode.ProtocolViolation))]
    public void One_bad_range_among_thousands_ends_the_connection(long aboveLargest, string error)
    {
        var client = Attack(new RawClient()).Connect();
        for (var i = 0; i < 4000; i++) client.Send([0x01]);
        client.Send(frames =>
        {
            frames.Integers(0x02, client.LargestReceived.Value + aboveLargest, 0, 2000, 0);
            for (var i = 0; i < 2000; i++) frames.Integers(0, 0);
        });
        client.ExpectClose(Enum.Parse<TransportErrorCode>(error));
    }

    /// <summary>A sender that leaves out every other number would have us list them all for ever.</summary>
    [Fact]
    [Against(Threat.AcknowledgmentRanges)]
    public void Holes_in_packet_numbers_are_remembered_up_to_a_limit()
    {
        var client = Attack(new RawClient()).Connect();
        for (var i = 0; i < 3000; i++)
        {
            client.NextNumber++;
            client.Send([0x01]);
        }

        Assert.InRange(client.Packets.Max(static packet => packet.Acked.Count), 2, 64);
        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }

    [Fact]
    [Against(Threat.WithheldAcknowledgments)]
    public void A_client_that_acknowledges_nothing_gets_a_window_full_and_probes_and_is_given_up()
    {
        var client = Attack(new RawClient(Generous)).Connect();
        client.Happened = next =>
        {
            if (next.Kind is ConnectionEventKind.StreamOpened or ConnectionEventKind.StreamWritable) Fill(next.Stream!);
        };
        var window = client.Server!.Recovery.Controller.Window;
        var before = client.BytesReceived;
        for (var i = 0; i < 50; i++)
        {
            var id = 4 * i;
            client.Send(frames => frames.Integers(0x0a, id, 1).Bytes(0));
        }

        // Nothing of it could be delivered, so each stream has a buffer full, and no more.
        var pages = client.ServerEndpoint.PagesInUse;
        Assert.InRange(client.BytesReceived - before, 1000, window + (50 * 100));
        for (var i = 0; i < 100 && client.Server.State == ConnectionState.Established; i++)
        {
            client.Now = Timestamp.Max(client.Now, client.Server.NextTimeout);
            client.Advance(TimeSpan.Zero);
            Assert.InRange(client.ServerEndpoint.PagesInUse, 0, pages + 50);
        }

        Assert.Equal(CloseKind.TimedOut, client.Server.CloseReason.Kind);
        Assert.InRange(client.BytesReceived - before, 1000, (2 * window) + (50 * 100));
    }

    [Fact]
    [Against(Threat.WithheldWindows)]
    public void Windows_that_are_never_raised_cost_a_buffer_for_each_stream_and_no_more()
    {
        var client = Attack(new RawClient(static parameters =>
        {
            parameters.InitialMaxData = 1000;
            parameters.InitialMaxStreamDataBidiLocal = 100;
            parameters.InitialMaxStreamsUni = 0;
        })).Connect();
        client.Happened = static next =>
        {
            if (next.Kind is ConnectionEventKind.StreamOpened or ConnectionEventKind.StreamWritable) Fill(next.Stream!);
        };
        for (var i = 0; i < 50; i++)
        {
            var id = 4 * i;
            client.Send(frames => frames.Integers(0x0a, id, 1).Bytes(0));
            client.Acknowledge();
        }

        Assert.Null(client.Server!.TryOpenStream(unidirectional: true));
        var pages = client.ServerEndpoint.PagesInUse;
        for (var i = 0; i < 200; i++)
        {
            client.Advance(TimeSpan.FromSeconds(1));
            client.Send([0x01]);
            client.Acknowledge();
        }

        Assert.Equal(1000, client.Frames.Where(static frame => frame.Type == FrameType.Stream).GroupBy(static frame => (frame.Id, frame.Value)).Sum(static frames => frames.Max(static frame => frame.Size)));
        Assert.Equal((ConnectionState.Established, pages), (client.Server.State, client.ServerEndpoint.PagesInUse));

        // Being blocked is said once, not with every packet.
        Assert.InRange(client.Frames.Count(static frame => frame.Type is FrameType.DataBlocked or FrameType.StreamDataBlocked), 1, 60);
    }

    private static void Generous(Parameters.TransportParameters parameters)
    {
        parameters.InitialMaxData = 1 << 28;
        parameters.InitialMaxStreamDataBidiLocal = 1 << 28;
    }

    private static void Fill(QuicStream stream)
    {
        for (var written = 0L; stream.CanSend && stream.WriteCapacity > 0;)
        {
            var length = Math.Min(4096, stream.WriteCapacity);
            stream.Write(new byte[length]);
            Assert.InRange(written += length, 0, 16 << 20);
        }
    }
}
