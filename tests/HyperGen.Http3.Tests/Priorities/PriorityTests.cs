using HyperGen.Http3.Priorities;
using HyperGen.Quic;

namespace HyperGen.Http3.Tests.Priorities;

/// <summary>Where responses stand among each other (RFC 9218): who may say so, and whose word counts.</summary>
public sealed class PriorityTests
{
    private const int Large = 60_000;

    private readonly Http3Pair _pair = new();

    [Theory]
    [InlineData(null, 3, false)]
    [InlineData("u=1, i", 1, true)]
    [InlineData("u=5", 5, false)]
    [InlineData("u=5,", 3, false)]
    [InlineData("u=9, i", 3, true)]
    public void A_request_says_how_it_wants_to_be_answered(string? header, int urgency, bool incremental)
    {
        _pair.Ask(header);
        _pair.Exchange();
        Assert.Equal((urgency, incremental), _pair.PriorityOf(0));
        _pair.Requests[0].Answer(10);
        _pair.Exchange();
        Assert.Equal([0], _pair.Completed);
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-7
    //= type=test
    //# Servers SHOULD buffer the most recently received PRIORITY_UPDATE frame and apply it once the referenced stream is opened.
    [Fact]
    public void An_update_before_its_stream_waits_for_it_and_overrides_the_header()
    {
        _pair.Client.UpdatePriority(new StreamId(4), new PriorityParameters(6, true));
        _pair.Client.UpdatePriority(new StreamId(4), new PriorityParameters(2, null));
        _pair.Exchange();
        Assert.Null(_pair.PriorityOf(4));

        _pair.Ask("u=5, i");
        _pair.Ask("u=5, i");
        _pair.Exchange();

        Assert.Equal((5, true), _pair.PriorityOf(0));
        Assert.Equal((2, false), _pair.PriorityOf(4));
    }

    [Fact]
    public void An_update_between_stream_and_head_overrides_the_header()
    {
        var request = new Http3Pair.SentRequest(_pair, new Http3Options());
        Assert.True(_pair.Client.TryOpen(request));
        byte[] head = Messages.Wire.Headers([.. Messages.Wire.Get, ("priority", "u=7, i")]);
        request.Send(head[..5], isEnd: false);
        _pair.Exchange();
        _pair.Client.UpdatePriority(request.Id, new PriorityParameters(0, null));
        _pair.Exchange();
        Assert.Equal((0, false), _pair.PriorityOf(request.Id.Value));

        request.Send(head[5..], isEnd: true);
        _pair.Exchange();
        Assert.Equal((0, false), _pair.PriorityOf(request.Id.Value));
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
    //= type=test
    //# The PRIORITY_UPDATE frame MUST be sent on the client control stream
    [Fact]
    public void Updates_go_over_the_control_stream_and_every_later_one_counts()
    {
        _pair.Ask("u=1, i");
        _pair.Exchange();
        long before = _pair.ControlStream.Buffered;
        _pair.Client.UpdatePriority(new StreamId(0), new PriorityParameters(6, false));
        Assert.InRange(_pair.ControlStream.Buffered - before, 1, 32);
        _pair.Exchange();
        Assert.Equal((6, false), _pair.PriorityOf(0));
        _pair.Client.UpdatePriority(new StreamId(0), new PriorityParameters(null, true));
        _pair.Exchange();
        Assert.Equal((3, true), _pair.PriorityOf(0));
    }

    [Fact]
    public void An_update_is_complete_what_it_leaves_out_has_its_default()
    {
        _pair.Ask("u=1, i");
        _pair.Exchange();
        _pair.Update(0, "u=6");
        _pair.Exchange();
        Assert.Equal((6, false), _pair.PriorityOf(0));
        _pair.Update(0, "i");
        _pair.Exchange();
        Assert.Equal((3, true), _pair.PriorityOf(0));
        _pair.Update(0, "");
        _pair.Exchange();
        Assert.Equal((3, false), _pair.PriorityOf(0));
    }

    [Fact]
    public void An_update_that_overtakes_the_news_of_its_stream_in_one_packet_counts()
    {
        // The control stream is the older one, so that its event is handled first, after both are there.
        _pair.Update(0, "u=7");
        _pair.Exchange();
        _pair.Ask("u=1");
        _pair.Update(0, "u=2");
        _pair.Exchange();
        Assert.Equal((2, false), _pair.PriorityOf(0));
    }

    [Fact]
    public void A_response_changes_its_place_while_it_is_being_sent_and_its_request_is_long_done_with()
    {
        _pair.Ask();
        _pair.Ask();
        _pair.ToServer();
        foreach (Http3Pair.HeldRequest request in _pair.Requests)
        {
            request.Answer(Large);
        }
        Assert.Equal(0, _pair.Server!.RequestCount);
        _pair.Client.UpdatePriority(new StreamId(4), new PriorityParameters(0, null));
        _pair.ToServer();
        _pair.Exchange();
        Assert.Equal([4, 0], _pair.Completed);
    }

    [Fact]
    public void Requests_of_one_urgency_are_answered_one_after_another_in_the_order_of_their_streams()
    {
        Http3Pair.SentRequest[] requests = [_pair.Ask("u=2"), _pair.Ask("u=2"), _pair.Ask("u=1")];
        _pair.ToServer();
        foreach (Http3Pair.HeldRequest request in Enumerable.Reverse(_pair.Requests))
        {
            request.Answer(Large);
        }
        while (requests[0].Received < Large)
        {
            // A packet may hold the end of one and the beginning of the next.
            Assert.InRange(requests[1].Received, 0, 1452);
            Assert.True(requests[2].Received == Large || requests[0].Received <= 1452);
            _pair.ToClient();
            _pair.ToServer();
        }
        _pair.Exchange();
        Assert.Equal([8, 0, 4], _pair.Completed);
    }

    [Fact]
    public void Incremental_responses_share()
    {
        Http3Pair.SentRequest[] requests = [_pair.Ask("i"), _pair.Ask("i")];
        _pair.ToServer();
        foreach (Http3Pair.HeldRequest request in _pair.Requests)
        {
            request.Answer(Large);
        }
        while (requests[0].Received < Large)
        {
            Assert.InRange(Math.Abs(requests[0].Received - requests[1].Received), 0, 2 * 1452);
            _pair.ToClient();
            _pair.ToServer();
        }
        _pair.Exchange();
        Assert.Equal([0, 4], _pair.Completed.Order());
    }

    [Fact]
    public void What_the_server_states_overrides_the_client_before_and_after_and_the_rest_is_the_clients()
    {
        _pair.Ask("u=5, i");
        _pair.Exchange();
        _pair.Requests[0].State(new PriorityParameters(1, null));
        Assert.Equal((1, true), _pair.PriorityOf(0));

        _pair.Update(0, "u=7");
        _pair.ToServer();
        Assert.Equal((1, false), _pair.PriorityOf(0));

        _pair.Requests[0].Answer(Large);
        _pair.Update(0, "u=0, i");
        _pair.ToServer();
        Assert.Equal((1, true), _pair.PriorityOf(0));
    }

    [Fact]
    public void What_a_stream_was_told_is_not_the_next_ones()
    {
        _pair.Ask("u=5, i");
        _pair.Exchange();
        _pair.Requests[0].State(new PriorityParameters(1, null));
        _pair.Update(0, "u=7");
        _pair.Exchange();
        _pair.Requests[0].Answer(10);
        _pair.Rest();
        Assert.Null(_pair.PriorityOf(0));

        // The objects of streams are used again.
        _pair.Ask("u=6");
        _pair.Exchange();
        Assert.Equal((6, false), _pair.PriorityOf(4));
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
    //= type=test
    //# If a server receives a PRIORITY_UPDATE (type=0xF0700) with a stream ID that is beyond the stream limits, this SHOULD be treated as a connection error of type H3_ID_ERROR.
    [Fact]
    public void A_stream_beyond_the_limit_has_no_priority()
    {
        long limit = ConnectionLimits.Default.BidirectionalStreams;
        _pair.Update(4 * (limit - 1), "u=1");
        _pair.Exchange();
        Assert.False(_pair.Server!.Error.IsError);
        _pair.Update(4 * limit, "u=1");
        _pair.Exchange();
        Assert.Equal(ErrorCode.IdError, _pair.Server.Error.Code);
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
    //= type=test
    //# If a server receives a PRIORITY_UPDATE (type=0xF0701) with a push ID that is greater than the maximum push ID or that has not yet been promised, this MUST be treated as a connection error of type H3_ID_ERROR.
    [Fact]
    public void A_push_that_was_never_promised_has_no_priority()
    {
        _pair.Update(0, "u=1", type: 0xf0701);
        _pair.Exchange();
        Assert.Equal(ErrorCode.IdError, _pair.Server!.Error.Code);
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-7
    //= type=test
    //# Failure to parse the Priority Field Value MAY be treated as a connection error.
    [Theory]
    [InlineData("u=")]
    [InlineData("u=1,")]
    [InlineData("\u00ff")]
    public void A_malformed_update_closes_the_connection(string value)
    {
        _pair.Ask();
        _pair.Update(0, value);
        _pair.Exchange();
        Assert.Equal(ErrorCode.GeneralProtocolError, _pair.Server!.Error.Code);
    }

    /// <summary>A browser says it with each request, and a proxy has many requests.</summary>
    [Fact]
    public void One_update_for_each_request_costs_nothing()
    {
        for (int count = 0; count < 3_000; count++)
        {
            _pair.Update(4 * count, "u=1");
            _pair.Ask();
            _pair.Exchange();
            Assert.Equal((1, false), _pair.PriorityOf(4 * count));
            _pair.Requests[^1].Answer(10);
            _pair.Requests.Clear();
            _pair.Exchange();
        }
        Assert.False(_pair.Server!.Error.IsError);
    }

    /// <summary>Many at once are bounded, whatever they name: a stream being answered, one to come, one that has ended.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(0)]
    public void A_flood_of_updates_ends_the_connection(long id)
    {
        _pair.Ask();
        _pair.Exchange();
        _pair.Requests[0].Answer(10);
        _pair.Ask();
        _pair.Rest();
        Assert.Null(_pair.PriorityOf(0));
        Assert.NotNull(_pair.PriorityOf(4));

        int sent = 0;
        while (!_pair.Server!.Error.IsError)
        {
            Assert.InRange(sent, 0, 1_100);
            for (int count = 0; count < 50; count++, sent++)
            {
                _pair.Update(id, sent % 2 == 0 ? "u=1" : "u=2, i");
            }
            _pair.Exchange();
        }
        Assert.Equal(ErrorCode.ExcessiveLoad, _pair.Server.Error.Code);
        Assert.InRange(sent, 1_000, 1_100);
    }
}
