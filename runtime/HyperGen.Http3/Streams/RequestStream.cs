using HyperGen.Http3.Messages;
using HyperGen.Http3.Priorities;
using HyperGen.Http3.Qpack;
using HyperGen.Quic;

namespace HyperGen.Http3.Streams;

/// <summary>One request and its response on their stream. Whoever handles requests, or sends them, derives from it.</summary>
/// <remarks>
/// It belongs to the thread of its connection, which calls the <c>On*</c> methods. It lives from <c>Attach</c> to <see cref="Retire"/>, which the
/// derived class calls when it is done with both directions; then the same object may serve the next request. A stream that breaks before tells so
/// once, by <see cref="OnCancelled"/>, and from then on writing has no effect.
/// </remarks>
internal abstract class RequestStream : IDisposable
{
    private readonly MessageReader _reader;
    private QuicStream? _stream;
    private bool _isReceiving;
    private int _countedGlitches;

    /// <param name="isServer">Whether requests are received, not responses.</param>
    /// <param name="options">The limits.</param>
    protected RequestStream(bool isServer, Http3Options options) => _reader = new MessageReader(isServer, options.FieldLimits);

    /// <summary>The connection; null before the stream and after it.</summary>
    public Http3Connection? Connection { get; private set; }

    /// <summary>The number of the stream.</summary>
    public StreamId Id { get; private set; }

    /// <summary>The header section that was received.</summary>
    public FieldSection Fields => _reader.Fields;

    /// <summary>
    /// At a server: whether the request came in early data (0-RTT) and the handshake is not over yet, so that it may be a replay, which nobody sent.
    /// <see cref="OnReceived"/> is called again when the handshake is over.
    /// </summary>
    public bool MayBeReplay => _stream is { IsEarly: true } && Connection!.IsEarly;

    /// <summary>Whether the whole message has been received.</summary>
    public bool IsReceived => _reader.State is MessageState.End;

    /// <summary>The place among the connection's requests.</summary>
    internal int Index { get; set; }

    /// <summary>How many bytes may still be written before the peer must take some; not positive when writing should wait for <see cref="OnWritable"/>.</summary>
    protected long WriteCapacity => _stream?.WriteCapacity ?? 0;

    /// <summary>Whether the stream is there to write to.</summary>
    protected bool IsAttached => _stream is not null;

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    /// <summary>Receives again, after <see cref="OnContent"/> took less than there was.</summary>
    public void ResumeReceiving() => Connection?.Receive(this);

    /// <summary>A valid header section.</summary>
    protected abstract void OnHead(FieldSection fields, in MessageHead head);

    /// <summary>A header section over the limits: a server answers 431.</summary>
    protected abstract void OnOversizedHead();

    /// <summary>The next bytes of the content; returns how many are taken.</summary>
    protected abstract int OnContent(ReadOnlySpan<byte> content);

    /// <summary>Valid trailers, which are there during the call. They are ignored unless a derived class does otherwise.</summary>
    protected virtual void OnTrailers(FieldSection trailers)
    {
    }

    /// <summary>The end of the message.</summary>
    protected abstract void OnEnd();

    /// <summary>All that has arrived by now has been told; here it is time to act on it.</summary>
    protected abstract void OnReceived();

    /// <summary>The stream has been reset or stopped, or the connection has ended.</summary>
    /// <param name="code">Why, in the peer's words or ours.</param>
    protected abstract void OnCancelled(ErrorCode code);

    /// <summary>More may be written, after <see cref="WriteCapacity"/> was used up.</summary>
    protected abstract void OnWritable();

    /// <summary>Copies bytes into the send buffer.</summary>
    protected void Write(ReadOnlySpan<byte> data) => _stream?.Write(data);

    /// <summary>Sends memory that never changes without copying it.</summary>
    protected void WriteImmutable(ReadOnlyMemory<byte> data) => _stream?.WriteImmutable(data);

    /// <summary>Ends our direction.</summary>
    protected void Finish() => _stream?.Finish();

    /// <summary>Breaks both directions off; the derived class goes on to <see cref="Retire"/>.</summary>
    protected void Reset(ErrorCode code)
    {
        _stream?.Reset((long)code);
        _stream?.StopSending((long)code);
        _reader.Discard();
    }

    /// <summary>At a server: states where the response stands among others (RFC 9218), over what its client says; of what is not stated the client's word counts.</summary>
    protected void StatePriority(PriorityParameters priority)
    {
        if (_stream is { } stream)
        {
            new StreamPriority(stream).OnResponse(priority);
        }
    }

    /// <summary>Gives the stream up. What was written and finished is still delivered; what the peer still sends is refused.</summary>
    protected void Retire()
    {
        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1
        //# The error code H3_NO_ERROR SHOULD be used when requesting that the client stop sending on the request stream.
        _stream?.Release((long)ErrorCode.NoError);
        Detach();
    }

    /// <summary>Takes over a stream.</summary>
    internal void Attach(Http3Connection connection, QuicStream stream)
    {
        Connection = connection;
        _stream = stream;
        Id = stream.Id;
        stream.State = this;
        _reader.Reset();
        _countedGlitches = 0;
    }

    /// <summary>Receives what has arrived.</summary>
    /// <param name="glitches">Frames without meaning among it.</param>
    internal Http3Error Receive(out int glitches)
    {
        glitches = 0;
        if (_stream is not { } stream || _isReceiving)
        {
            return default;
        }
        _isReceiving = true;
        var sink = new Sink(this);
        Http3Error error = default;
        bool isBlocked = false;
        while (!error.IsError && !isBlocked && stream.Peek() is { IsEmpty: false } bytes)
        {
            error = _reader.Receive(bytes, isEnd: false, ref sink, out int consumed);
            isBlocked = consumed < bytes.Length;
            stream.Consume(consumed);
        }
        if (!error.IsError && stream.IsReadToEnd)
        {
            error = _reader.Receive(default, isEnd: true, ref sink, out _);
        }
        _isReceiving = false;
        glitches = _reader.Glitches - _countedGlitches;
        _countedGlitches = _reader.Glitches;
        if (!error.IsError)
        {
            OnReceived();
        }
        return error;
    }

    /// <summary>What came before may be acted on now, whatever it asks for.</summary>
    internal void OnHandshakeCompleted()
    {
        if (_stream is { IsEarly: true })
        {
            OnReceived();
        }
    }

    /// <summary>Answers a malformed message, or one too many: the stream is broken off, not the connection.</summary>
    internal void Fail(ErrorCode code)
    {
        Reset(code);
        OnCancelled(code);
    }

    /// <summary>The peer broke the stream off.</summary>
    internal void Cancel(ErrorCode code)
    {
        _reader.Discard();
        OnCancelled(code);
    }

    /// <summary>The connection has ended, and the stream with it.</summary>
    internal void Lose(ErrorCode code)
    {
        Connection = null;
        _stream = null;
        _reader.Discard();
        OnCancelled(code);
    }

    internal void ResumeWriting() => OnWritable();

    private void Detach()
    {
        Connection?.OnRetired(this);
        Connection = null;
        _stream = null;
    }

    private readonly struct Sink(RequestStream owner) : IMessageSink
    {
        public void OnHead(FieldSection fields, in MessageHead head)
        {
            if (!head.Priority.IsEmpty)
            {
                new StreamPriority(owner._stream!).OnRequest(head.Priority);
            }
            owner.OnHead(fields, head);
        }

        public void OnOversizedHead() => owner.OnOversizedHead();

        public int OnContent(ReadOnlySpan<byte> content) => owner.OnContent(content);

        public void OnTrailers(FieldSection trailers) => owner.OnTrailers(trailers);

        public void OnEnd() => owner.OnEnd();
    }
}
