using HyperGen.Quic;

namespace HyperGen.Http3.Priorities;

/// <summary>Where the response on a stream stands among the others of its connection: what the client said last, under what the server has stated.</summary>
/// <remarks>
/// It is a view of the stream, which keeps all of it: a client may change its mind until the last byte is acknowledged, long after the request was answered
/// and its object serves another.
/// </remarks>
internal readonly struct StreamPriority(QuicStream stream)
{
    /// <summary>A PRIORITY_UPDATE has come; the other bits of the stream's tag are what the server has stated.</summary>
    private const byte Updated = 0x80;

    private PriorityParameters Stated => PriorityParameters.FromBits((byte)(stream.Tag & ~Updated));

    /// <summary>The request says how it wants to be answered.</summary>
    public void OnRequest(PriorityParameters header)
    {
        // RFC 9218 section 7: a PRIORITY_UPDATE overrides any other signal of the client's, also one that comes later on another stream.
        if ((stream.Tag & Updated) == 0)
        {
            Apply(header);
        }
    }

    /// <summary>A PRIORITY_UPDATE has come. It is complete: what it does not state has its default value. False when it was not the first for this stream.</summary>
    public bool OnUpdate(PriorityParameters update)
    {
        bool isFirst = (stream.Tag & Updated) == 0;
        stream.Tag |= Updated;
        Apply(update);
        return isFirst;
    }

    /// <summary>A PRIORITY_UPDATE came before the stream. It counts unless another has come since.</summary>
    public void OnEarlierUpdate(PriorityParameters update)
    {
        if ((stream.Tag & Updated) == 0)
        {
            OnUpdate(update);
        }
    }

    /// <summary>The server says what it knows better than the client; of what it does not state, the client's word counts.</summary>
    public void OnResponse(PriorityParameters header)
    {
        stream.Tag = (byte)((stream.Tag & Updated) | header.Over(Stated).Bits);
        Apply(new PriorityParameters(stream.Urgency, stream.Incremental));
    }

    private void Apply(PriorityParameters client)
    {
        PriorityParameters merged = Stated.Over(client);
        stream.SetPriority(merged.Urgency, merged.Incremental);
    }
}
