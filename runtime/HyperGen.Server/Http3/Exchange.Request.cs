using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Server.Http3;

/// <content>The request: head, path and body.</content>
internal sealed partial class Exchange
{
    /// <summary>How much of a body waits for a slow reader before the client must wait: Kestrel's own pause threshold is of this order.</summary>
    private const int BodyBuffer = 64 * 1024;

    private static readonly PipeOptions s_bodyOptions = new(
        pauseWriterThreshold: BodyBuffer,
        resumeWriterThreshold: BodyBuffer / 2,
        readerScheduler: PipeScheduler.ThreadPool,
        writerScheduler: PipeScheduler.Inline,
        useSynchronizationContext: false);

    private readonly HeaderDictionary _requestHeaders = [];
    private byte[] _path = new byte[256];
    private int _pathLength;
    private bool _isPathValid;
    private MessageHead _head;
    private bool _hasHead;
    private bool _hasContext;
    private bool _hasRequestHeaders;
    private Pipe? _body;
    private bool _usesBody;
    private bool _isBodyOpened;
    private bool _isBodyPaused;
    private long _bodyReceived;
    private long _bodyLimit = DefaultMaxRequestBodySize;
    private Action? _onBodyResumed;
    private CancellationTokenSource? _aborted;

    /// <summary>The path, percent-decoded and without dot segments.</summary>
    public ReadOnlySpan<byte> NormalPath => _path.AsSpan(0, _pathLength);

    /// <summary>The query as it was sent, without the question mark.</summary>
    public ReadOnlySpan<byte> RawQuery
    {
        get
        {
            ReadOnlySpan<byte> target = Fields.Value(_head.Path);
            int mark = target.IndexOf((byte)'?');
            return mark < 0 ? default : target[(mark + 1)..];
        }
    }

    /// <summary>The host that the client names.</summary>
    public ReadOnlySpan<byte> Authority
    {
        get
        {
            // By way of a variable: the compiler cannot see that the bytes are not those of the line, which is a temporary here.
            ReadOnlySpan<byte> authority = Fields.Value(_head.Authority);
            return authority;
        }
    }

    /// <summary>Whether the request may be a replay: it runs although the handshake was not over when it came, or an intermediary says that this was so there.</summary>
    public bool IsEarly => _isEarly || HasField(KnownField.EarlyData);

    /// <summary>Whether the request has a header of which the static table has the name.</summary>
    private bool HasField(KnownField field)
    {
        foreach (ref readonly FieldLine line in Fields.Lines)
        {
            if (line.Field == field)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether the request has a header, without making strings of all of them.</summary>
    public bool HasField(ReadOnlySpan<byte> name)
    {
        foreach (ref readonly FieldLine line in Fields.Lines)
        {
            if (line.Field == KnownField.None && Fields.Name(line).SequenceEqual(name))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Whether early hints (RFC 8297) are of use: to a browser that asks for a page, since it ignores them for anything else (Chromium's docs/early-hints.md), and unless the response
    /// is made on the shard, so that it goes into the same packet.
    /// </summary>
    public bool WantsHints => !Shard.IsCurrent && !HasStarted && IsNavigation;

    private bool IsNavigation
    {
        get
        {
            foreach (ref readonly FieldLine line in Fields.Lines)
            {
                if (line.Field == KnownField.None && Fields.Name(line).SequenceEqual("sec-fetch-mode"u8))
                {
                    return Fields.Value(line).SequenceEqual("navigate"u8);
                }
            }
            return false;
        }
    }

    /// <inheritdoc/>
    protected override void OnHead(FieldSection fields, in MessageHead head)
    {
        _head = head;
        _hasHead = true;
        _remote = Connection!.Quic.Path.Remote;
        _clientCertificates = Connection.Quic.Handshake.PeerCertificates;
        ReadOnlySpan<byte> method = fields.Value(head.Method);
        _method = KnownMethod(method) ?? Encoding.ASCII.GetString(method);
        ReadOnlySpan<byte> target = fields.Value(head.Path);
        int mark = target.IndexOf((byte)'?');
        ReadOnlySpan<byte> path = mark < 0 ? target : target[..mark];
        if (_path.Length < path.Length)
        {
            _path = new byte[path.Length];
        }
        _isPathValid = PathNormalizer.TryNormalize(path, _path, out _pathLength);
    }

    /// <inheritdoc/>
    protected override void OnOversizedHead() => _isOversized = true;

    /// <inheritdoc/>
    protected override int OnContent(ReadOnlySpan<byte> content)
    {
        if (_isProcessed || _isCancelled || _isOversized)
        {
            return content.Length;
        }
        if (_isBodyPaused)
        {
            return 0;
        }
        Pipe body = MakeBody();
        _usesBody = true;
        int taken = Math.Min(content.Length, BodyBuffer);
        if (Interlocked.Add(ref _bodyReceived, taken) > Interlocked.Read(ref _bodyLimit))
        {
            body.Writer.Complete(TooLarge());
            _isBodyPaused = true;
            return 0;
        }
        body.Writer.Write(content[..taken]);
        Task<FlushResult> flush = body.Writer.FlushAsync().AsTask();
        if (!flush.IsCompleted)
        {
            _isBodyPaused = true;
            flush.GetAwaiter().UnsafeOnCompleted(_onBodyResumed ??= OnBodyResumed);
        }
        return taken;
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (_isDispatched)
        {
            // Either we see that the handler has opened the body, or it sees that all has been received.
            Interlocked.MemoryBarrier();
        }
        if (_usesBody)
        {
            _body!.Writer.Complete();
        }
    }

    private static string? KnownMethod(ReadOnlySpan<byte> method) => method.Length switch
    {
        3 when method.SequenceEqual("GET"u8) => HttpMethods.Get,
        3 when method.SequenceEqual("PUT"u8) => HttpMethods.Put,
        4 when method.SequenceEqual("POST"u8) => HttpMethods.Post,
        4 when method.SequenceEqual("HEAD"u8) => HttpMethods.Head,
        5 when method.SequenceEqual("PATCH"u8) => HttpMethods.Patch,
        6 when method.SequenceEqual("DELETE"u8) => HttpMethods.Delete,
        7 when method.SequenceEqual("OPTIONS"u8) => HttpMethods.Options,
        7 when method.SequenceEqual("CONNECT"u8) => HttpMethods.Connect,
        _ => null,
    };

    private PipeReader OpenBody()
    {
        _isBodyOpened = true;
        if (!_usesBody)
        {
            Pipe body = MakeBody();
            _usesBody = true;
            Interlocked.MemoryBarrier();
            if (IsReceived)
            {
                body.Writer.Complete();
            }
            else if (_isCancelled)
            {
                EndBody();
            }
        }
        if (Interlocked.Read(ref _bodyReceived) > Interlocked.Read(ref _bodyLimit))
        {
            // The limit became known when more had arrived already. The writer of the pipe is the shard's.
            var refused = new Pipe();
            refused.Writer.Complete(TooLarge());
            return refused.Reader;
        }
        return _body!.Reader;
    }

    private static BadHttpRequestException TooLarge() => new("The request body is too large.", StatusCodes.Status413PayloadTooLarge);

    private void OnBodyResumed()
    {
        // On the thread that read the body. The shard offers the rest again.
        Signal(Signals.Resume);
    }

    private void CancelRequest()
    {
        EndBody();
        if (_aborted is { } source)
        {
            // What is registered there is the application's: it does not run on the shard.
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), source, preferLocal: false);
        }
    }

    /// <summary>The pipe of the body, which the shard and the handler may want first at the same time.</summary>
    private Pipe MakeBody() => _body ?? Interlocked.CompareExchange(ref _body, new Pipe(s_bodyOptions), null) ?? _body;

    /// <summary>Nothing of the body arrives any more; whoever reads it is told, if the end is missing.</summary>
    private void EndBody()
    {
        if (_usesBody && !IsReceived)
        {
            _body!.Writer.Complete(new OperationCanceledException("The client has reset the stream, or the request has ended."));
        }
    }

    private void ResetRequest()
    {
        _hasHead = false;
        _isPathValid = false;
        _bodyReceived = 0;
        MaxRequestBodySize = DefaultMaxRequestBodySize;
        if (_usesBody)
        {
            _usesBody = false;
            if (_isBodyOpened)
            {
                // Somebody may read on, or hold what was read: the pipe and its memory are left to them.
                EndBody();
                _body = null;
            }
            else
            {
                _body!.Writer.Complete();
                _body.Reader.Complete();
                _body.Reset();
            }
        }
        _isBodyOpened = false;
        if (_hasRequestHeaders)
        {
            _hasRequestHeaders = false;
            _requestHeaders.Clear();
        }
        if (_aborted is not null)
        {
            _aborted = null;
        }
        ResetFeatures();
    }
}
