namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Streams opened, reset, torn to pieces and left alone.</summary>
public sealed class StreamAbuseTests : HostileTest
{
    [Fact]
    [Against(Threat.StreamLimit)]
    public void Streams_up_to_the_limit_exactly_are_opened()
    {
        var client = Attack(new RawClient()).Connect();
        client.Send(static frames => frames.Integers(0x0a, 4 * 99, 0));
        Assert.Equal((ConnectionState.Established, 100), (client.Server!.State, client.Server.StreamCount));
    }

    [Fact]
    [Against(Threat.StreamChurn)]
    public void Open_and_reset_churn_costs_no_more_than_the_limit_allows()
    {
        var client = Attack(new RawClient()).Connect();
        for (var i = 0; i < 90; i++)
        {
            client.Send(frames => frames.Integers(0x04, 4 * i, 7, 0));
            Assert.Equal(ConnectionState.Established, client.Server!.State);
        }

        // The application never released them: their credit did not come back.
        client.Send(static frames => frames.Integers(0x04, 4 * 100, 7, 0));
        client.ExpectClose(TransportErrorCode.StreamLimitError);
    }

    /// <summary>The application releases them at once, so that their credit comes back: what ends it is the work that leads nowhere.</summary>
    [Fact]
    [Against(Threat.StreamChurn)]
    public void Open_and_reset_churn_that_is_given_its_credit_back_ends_the_connection_in_the_end()
    {
        const int Each = 40;
        var client = Attack(new RawClient()).Connect();
        client.Happened = static next =>
        {
            if (next.Kind == ConnectionEventKind.StreamReset) next.Stream!.Release(next.ErrorCode);
        };
        var packets = 0;
        for (; packets < 400 && client.Server!.State == ConnectionState.Established; packets++)
        {
            var first = packets * Each;
            client.Send(frames =>
            {
                for (var i = first; i < first + Each; i++) frames.Integers(0x04, 4 * i, 7, 0);
            });
            client.Acknowledge();
            Assert.InRange(client.ServerEndpoint.StreamsInUse, 0, Each);
        }

        client.ExpectClose(TransportErrorCode.ProtocolViolation);
        Assert.InRange(packets, 10_000 / Each, 11_000 / Each);
    }

    /// <summary>Every byte that was allowed may come, and not one more.</summary>
    [Fact]
    [Against(Threat.WindowOverrun)]
    public void Windows_are_filled_exactly_and_one_byte_more_ends_the_connection()
    {
        var (stream, connection) = (ConnectionLimits.Default.StreamWindow, ConnectionLimits.Default.ConnectionWindow);
        var client = Attack(new RawClient()).Connect();
        client.Send(frames => frames.Integers(0x0e, 0, stream - 1, 1).Bytes(0).Integers(0x0e, 4, connection - stream - 1, 1).Bytes(0));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        client.Send(frames => frames.Integers(0x0e, 4, connection - stream, 1).Bytes(0));
        client.ExpectClose(TransportErrorCode.FlowControlError);

        client = Attack(new RawClient()).Connect();
        client.Send(frames => frames.Integers(0x0e, 0, stream - 1, 1).Bytes(0));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        client.Send(frames => frames.Integers(0x0e, 0, stream, 1).Bytes(0));
        client.ExpectClose(TransportErrorCode.FlowControlError);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.7
    //= type=test
    //# QUIC deployments SHOULD provide mitigations for stream fragmentation attacks.
    [Fact]
    [Against(Threat.Fragments)]
    public void One_byte_fragments_with_holes_are_bounded()
    {
        var client = Attack(new RawClient()).Connect();
        for (var i = 0; i < 1100 && client.Server!.State == ConnectionState.Established; i++)
        {
            var offset = 1 + (2 * i);
            client.Send(frames => frames.Integers(0x0e, 0, offset, 1).Bytes(0xAA));
        }

        Assert.InRange(client.ServerEndpoint.PagesInUse, 0, 3);
        client.ExpectClose(TransportErrorCode.InternalError);
    }

    /// <summary>Its data was lost on the way: RangeSet was asked for a range it did not have.</summary>
    [Fact]
    [Against(Threat.Fragments)]
    public void An_empty_FIN_may_overtake_the_data_before_it()
    {
        var client = Attack(new RawClient()).Connect();
        client.Send(static frames => frames.Integers(0x0f, 0, 2, 0));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        client.Send(static frames => frames.Integers(0x0a, 0, 2).Bytes(1, 2));
        Assert.Equal(ConnectionState.Established, client.Server.State);
    }
}
