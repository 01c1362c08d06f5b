namespace HyperGen.Quic.Tests;

/// <summary>What is allowed and leads nowhere is forgiven as far as honest peers need it: RFC 9000 section 21.9.</summary>
public sealed class GlitchTests
{
    /// <summary>Frames in hexadecimal, and how many of them one packet holds.</summary>
    public static TheoryData<string, string, int> Floods => new()
    {
        { "PING", "01", 1000 },
        { "PATH_CHALLENGE", "1a0102030405060708", 100 },
        { "empty STREAM", "0a0000", 300 },
        { "STREAM that was read before", "0a0401aa", 300 },
        { "duplicate CRYPTO", "0600020303", 200 },
        { "MAX_DATA that raises nothing", "1000", 500 },
        { "MAX_STREAM_DATA that raises nothing", "110000", 300 },
        { "MAX_STREAMS that raises nothing", "1200", 500 },
        { "RESET_STREAM again and again", "04080700", 250 },
        { "STOP_SENDING again and again", "050c07", 300 },
        { "STREAM that is closed", "0a0200", 300 },
        { "RETIRE_CONNECTION_ID again and again", "1901", 500 },
    };

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.9
    //= type=test
    //# While there are legitimate uses for all messages, implementations
    //# SHOULD track cost of processing relative to progress and treat
    //# excessive quantities of any non-productive packets as indicative of
    //# an attack.
    [Theory]
    [MemberData(nameof(Floods))]
    public void A_flood_of_what_leads_nowhere_ends_the_connection(string what, string frame, int count)
    {
        Assert.NotEmpty(what);
        var client = Connect();
        var packet = Convert.FromHexString(string.Concat(Enumerable.Repeat(frame, count)));
        var sent = 0;
        for (; sent < 12_000 && client.Server!.State == ConnectionState.Established; sent += count) client.Send(packet);
        Assert.InRange(sent, 9_500, 11_500);
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    [Theory]
    [MemberData(nameof(Floods))]
    public void As_much_of_it_as_an_honest_peer_sends_is_forgiven_for_ever(string what, string frame, int count)
    {
        Assert.NotEmpty(what);
        Assert.True(count > 0);
        var client = Connect();
        var packet = Convert.FromHexString(string.Concat(Enumerable.Repeat(frame, 100)));
        for (var i = 0; i < 200; i++)
        {
            client.Send(packet);
            client.Advance(TimeSpan.FromMilliseconds(350));
        }

        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }

    [Fact]
    public void Streams_that_are_opened_and_reset_without_end_end_the_connection()
    {
        // Each is served, reset and forgotten before the next: the limit on streams alone would let this go on for ever.
        var churn = new Churn();
        var world = new World(1, new(), _ => churn, static _ => new Echo());
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => churn.Closed.Kind != CloseKind.None, TimeSpan.FromMinutes(1));
        Assert.Equal((CloseKind.ByPeerTransport, (long)TransportErrorCode.ProtocolViolation), (churn.Closed.Kind, churn.Closed.ErrorCode));

        // Each came with a STOP_SENDING and a RESET_STREAM.
        Assert.InRange(churn.Streams, 5_000, 6_500);
    }

    private sealed class Churn : Node.IApplication
    {
        public int Streams { get; private set; }

        public CloseReason Closed { get; private set; }

        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            if (connectionEvent.Kind == ConnectionEventKind.Closed) Closed = connection.CloseReason;
            while (connection.TryOpenStream() is { } stream)
            {
                Streams++;
                stream.Write([1]);
                stream.Release(7);
            }
        }
    }

    /// <summary>A connection on which stream 4 has a byte that was read, stream 8 was reset, stream 12 was stopped and stream 2 has ended and is forgotten.</summary>
    private static RawClient Connect()
    {
        var client = new RawClient().Connect();
        client.Happened = static next =>
        {
            if (next is { Kind: ConnectionEventKind.StreamOpened, Stream.Id.Value: 2 }) next.Stream.Release();
        };
        client.Send(Convert.FromHexString("0a0401aa" + "04080700" + "050c07" + "0b0200"));
        Assert.Equal((ConnectionState.Established, 4), (client.Server!.State, client.Server.StreamCount));
        return client;
    }
}
