using System.Runtime.CompilerServices;
using System.Text;
using HyperGen.Http3;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;
using HyperGen.Http3.Streams;
using HyperGen.Quic;

namespace HyperGen.Testing;

/// <summary>One request of a <see cref="Http3TestClient"/>.</summary>
internal sealed class TestRequest(Http3TestClient client, byte[] frames, bool isEnd) : RequestStream(isServer: false, new Http3Options())
{
    private readonly TaskCompletionSource _head = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hinted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemoryStream _body = new();
    private long _written;

    /// <summary>Ends with the headers of the response.</summary>
    public Task Head => _head.Task;

    /// <summary>Ends with the response, however it ended.</summary>
    public Task Ended => _ended.Task;

    public int Status { get; private set; }

    /// <summary>The <c>link</c> headers of interim responses.</summary>
    public List<string> Hints { get; } = [];

    /// <summary>Ends with the first interim response.</summary>
    public Task Hinted => _hinted.Task;

    public Dictionary<string, string> Headers { get; } = [];

    public Dictionary<string, string> Trailers { get; } = [];

    public byte[] Body => _body.ToArray();

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>Why the stream broke; null when it did not.</summary>
    public ErrorCode? Error { get; private set; }

    /// <summary>Whether the body of the response is left where it is.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Bytes that the server's transport has acknowledged.</summary>
    public long Acknowledged => _written - (StreamOf(this)?.Buffered ?? 0);

    public void Send()
    {
        Write(frames);
        _written += frames.Length;
        if (isEnd)
        {
            Finish();
        }
    }

    /// <summary>Sends more of the request.</summary>
    public Task WriteAsync(byte[] bytes, bool isLast) => client.DoAsync(() =>
    {
        Write(bytes);
        _written += bytes.Length;
        if (isLast)
        {
            Finish();
        }
        client.Touch();
    });

    /// <summary>Breaks both directions off.</summary>
    public Task ResetAsync() => client.DoAsync(() =>
    {
        ResetNow();
        client.Touch();
    });

    /// <summary>Breaks both directions off, on the thread of the connection.</summary>
    public void ResetNow()
    {
        Reset(ErrorCode.RequestCancelled);
        Retire();
        _ended.TrySetResult();
    }

    public Task ResumeAsync() => client.DoAsync(() =>
    {
        IsPaused = false;
        ResumeReceiving();
        client.Touch();
    });

    protected override void OnHead(FieldSection fields, in MessageHead head)
    {
        if (head.Status < 200)
        {
            foreach (ref readonly FieldLine line in fields.Lines)
            {
                if (fields.Name(line).SequenceEqual("link"u8))
                {
                    Hints.Add(Encoding.ASCII.GetString(fields.Value(line)));
                }
            }
            _hinted.TrySetResult();
            return;
        }
        Status = head.Status;
        Read(fields, Headers);
        _head.TrySetResult();
    }

    protected override void OnOversizedHead() => Status = 431;

    protected override int OnContent(ReadOnlySpan<byte> content)
    {
        if (IsPaused)
        {
            return 0;
        }
        _body.Write(content);
        return content.Length;
    }

    protected override void OnTrailers(FieldSection trailers) => Read(trailers, Trailers);

    protected override void OnEnd()
    {
        // Acted upon when all that has arrived is told.
    }

    protected override void OnReceived()
    {
        if (IsReceived)
        {
            Retire();
            _ended.TrySetResult();
        }
    }

    protected override void OnCancelled(ErrorCode code)
    {
        Error = code;
        Retire();
        _head.TrySetResult();
        _ended.TrySetResult();
    }

    protected override void OnWritable()
    {
        // All is written at once.
    }

    private static void Read(FieldSection fields, Dictionary<string, string> into)
    {
        foreach (ref readonly FieldLine line in fields.Lines)
        {
            into[Encoding.ASCII.GetString(fields.Name(line))] = Encoding.ASCII.GetString(fields.Value(line));
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_stream")]
    private static extern ref QuicStream? StreamOf(RequestStream request);
}
