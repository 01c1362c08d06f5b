using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using HyperGen.CompilerServices;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Priorities;
using HyperGen.Http3.Qpack;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Http3;

/// <content>The response: what the handler wrote becomes frames, and the shard sends those.</content>
internal sealed partial class Exchange : IValueTaskSource<FlushResult>
{
    private readonly OutputBuffer _frames = new();

    /// <summary>The content of the last frame when it is long: it goes to the stream from here, not by way of <see cref="_frames"/>.</summary>
    private OutputBuffer _content = new();
    private readonly ResponsePipe _writer;
    private readonly DateLine _date = new();
    private readonly HeaderDictionary _responseHeaders = [];
    private ManualResetValueTaskSourceCore<FlushResult> _flush = new() { RunContinuationsAsynchronously = true };
    private ResponseHead? _knownHead;
    private PriorityParameters _statedPriority;

    /// <summary>Interim responses that the shard has not taken yet. Unlike the frames of the final one they are given to it without waiting for it.</summary>
    private byte[]? _interim;
    private bool _isFlushing;
    private bool _isFlushSent;
    private long _written;
    private List<(Func<object, Task> Callback, object State)>? _onStarting;
    private List<(Func<object, Task> Callback, object State)>? _onCompleted;

    /// <summary>What the handler has written and nobody flushed.</summary>
    public OutputBuffer Body { get; private set; } = new();

    /// <summary>Whether a handler has set headers one by one.</summary>
    public bool HasResponseHeaders => _responseHeaders.Count > 0;

    /// <summary>Whether the head has been made, so that nothing can change it.</summary>
    public bool HasStarted { get; private set; }

    private bool HasNoBody => StatusCode is 204 or 205 or 304 || HttpMethods.IsHead(_method);

    /// <summary>Sets a whole response whose head is encoded already.</summary>
    public void SetResponse(ResponseHead head, ReadOnlySpan<byte> body)
    {
        StatusCode = head.Status;
        _knownHead = head;
        Body.Clear();
        if (!head.ForbidsBody)
        {
            Body.Write(body);
        }
    }

    /// <summary>Sends what was written so far, and waits while the client takes less than that.</summary>
    public ValueTask<FlushResult> FlushAsync()
    {
        if (_onStarting is not null && !HasStarted)
        {
            return StartAndFlushAsync();
        }
        if (_isFlushing)
        {
            throw new InvalidOperationException("A flush of the response is under way: await it before the next.");
        }
        if (_isCancelled)
        {
            Body.Clear();
            return ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: true));
        }
        TryWriteHead(isWhole: false);
        WriteData();
        _isFlushSent = false;
        _flush.Reset();
        short version = _flush.Version;

        // The last to be written: the shard completes only what it sees whole.
        Volatile.Write(ref _isFlushing, true);
        Signal(Signals.Flush);
        return new ValueTask<FlushResult>(this, version);
    }

    /// <summary>Sends the frame of an interim response ahead of the final one, whose head must not have been made.</summary>
    public void SendInterim(byte[] frame)
    {
        byte[]? before = Interlocked.Exchange(ref _interim, null);
        Volatile.Write(ref _interim, before is null ? frame : [.. before, .. frame]);
        Signal(Signals.Interim);
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token) => _flush.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _flush.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _flush.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    protected override void OnWritable()
    {
        if (_isFlushSent)
        {
            CompleteFlush(isCompleted: false);
        }
    }

    /// <summary>Runs what wants to change the head before it is made.</summary>
    private async Task StartAsync()
    {
        while (!HasStarted && _onStarting is { Count: > 0 } callbacks)
        {
            (Func<object, Task> callback, object state) = callbacks[^1];
            callbacks.RemoveAt(callbacks.Count - 1);
            await callback(state);
        }
        _onStarting = null;
    }

    private async ValueTask<FlushResult> StartAndFlushAsync()
    {
        await StartAsync();
        return await FlushAsync();
    }

    private async Task RunCompletedAsync()
    {
        while (_onCompleted is { Count: > 0 } callbacks)
        {
            (Func<object, Task> callback, object state) = callbacks[^1];
            callbacks.RemoveAt(callbacks.Count - 1);
            try
            {
                await callback(state);
            }
            catch (Exception failure)
            {
                _pool.Host.Logger.LogError(failure, "Something that was to run after the response has failed");
            }
        }
        _onCompleted = null;
    }

    /// <summary>Makes the HEADERS frame, and with a whole response the DATA frame; false when the content is not what content-length says.</summary>
    private bool TryWriteHead(bool isWhole)
    {
        if (!HasStarted)
        {
            HasStarted = true;
            WriteHead(isWhole);
        }
        if (!isWhole)
        {
            return true;
        }
        WriteData();
        return HasNoBody || _responseHeaders.Count == 0 || _responseHeaders.ContentLength is not { } length || length == _written;
    }

    private void WriteHead(bool isWhole)
    {
        if (_knownHead is not null && _knownHead.Status != StatusCode)
        {
            SpellOutHead();
        }
        ResponseBlock block = _knownHead is null ? HeadBlocks.Of(StatusCode) : HeadBlocks.Of(_knownHead);
        bool hasLength = isWhole && StatusCode is not (204 or 205 or 304) && _responseHeaders.ContentLength is null;

        // The length of the section stands in front of it and is known last: four bytes are kept for it.
        _frames.GetSpan(5)[0] = (byte)FrameType.Headers;
        _frames.Advance(5);
        int start = _frames.Length;
        _frames.Write(block.Encoded);
        _frames.Write(_date.Now());
        if (hasLength)
        {
            _frames.Advance(FieldSectionEncoder.WriteContentLength(_frames.GetSpan(FieldSectionEncoder.MaxShortLine), Body.Length));
        }
        if (HasResponseHeaders)
        {
            _statedPriority = ResponseHeaderLines.Write(_responseHeaders, _frames);
        }
        VarInt.WriteFourBytes(_frames.From(start - 4), _frames.Length - start);
    }

    /// <summary>Puts a head that is encoded already where others can read and change it.</summary>
    private void SpellOutHead()
    {
        ResponseHead head = _knownHead!;
        _knownHead = null;
        if (head.ContentType.Count > 0)
        {
            ((IHeaderDictionary)_responseHeaders).ContentType = head.ContentType;
        }
        if (!head.ForbidsBody)
        {
            _responseHeaders.ContentLength = Body.Length;
        }
    }

    private void WriteData()
    {
        if (Body.Length > 0 && !HasNoBody)
        {
            if (_content.Length > 0)
            {
                _frames.Write(_content.Written);
                _content.Clear();
            }
            _frames.Advance(FrameWriter.WriteHeader(_frames.GetSpan(FrameWriter.MaxHeaderLength), FrameType.Data, (ulong)Body.Length));
            _written += Body.Length;
            if (Body.Length > OutputBuffer.KeptLength)
            {
                (Body, _content) = (_content, Body);
            }
            else
            {
                _frames.Write(Body.Written);
            }
        }
        Body.Clear();
    }

    private void WriteInterim()
    {
        byte[]? frame = Interlocked.Exchange(ref _interim, null);
        if (frame is not null && IsAttached && !_isCancelled)
        {
            Write(frame);
        }
    }

    /// <summary>Gives the frames to the stream, on the shard.</summary>
    private void Send(bool isEnd)
    {
        if (IsAttached && !_isCancelled)
        {
            if (!_statedPriority.IsEmpty)
            {
                StatePriority(_statedPriority);
                _statedPriority = default;
            }
            Write(_frames.Written);
            if (_content.Length > 0)
            {
                Write(_content.Written);
            }
            if (isEnd)
            {
                Finish();
            }
        }
        _frames.Clear();
        _content.Clear();
        if (_isFlushing)
        {
            _isFlushSent = true;
            if (isEnd || _isCancelled || WriteCapacity > 0)
            {
                CompleteFlush(isCompleted: _isCancelled);
            }
        }
    }

    private void CompleteFlush(bool isCompleted)
    {
        if (Volatile.Read(ref _isFlushing) && _isFlushSent)
        {
            _isFlushSent = false;
            _isFlushing = false;
            _flush.SetResult(new FlushResult(isCanceled: false, isCompleted));
        }
    }

    /// <summary>Lets nobody wait for a flush of a response that has ended.</summary>
    private void EndFlush()
    {
        _isFlushSent = true;
        CompleteFlush(isCompleted: true);
    }

    private void ResetResponse(int status)
    {
        StatusCode = status;
        HasStarted = false;
        _knownHead = null;
        _statedPriority = default;
        _interim = null;
        _written = 0;
        _isFlushing = false;
        Body.Clear();
        _frames.Clear();
        _content.Clear();
        if (_responseHeaders.Count > 0)
        {
            _responseHeaders.Clear();
        }
    }
}
