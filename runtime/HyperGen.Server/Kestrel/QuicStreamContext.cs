using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using HyperGen.Http3;
using HyperGen.Quic;
using Microsoft.AspNetCore.Connections;

namespace HyperGen.Server.Kestrel;

/// <summary>One stream, between the shard that owns it and Kestrel, which reads and writes its two pipes on the thread pool.</summary>
/// <remarks>
/// The shard calls the internal <c>On*</c> methods and <see cref="Act"/>; everything public is Kestrel's. Kestrel reaches the shard by signals: bits that are
/// set at any time and acted upon together, in the order of a request's life. A stream is <em>closed</em> when nothing more arrives and nothing more has to be
/// delivered, and <em>detached</em> when Kestrel has given it up too: only then does the peer get credit for another one, so that Kestrel's own work bounds what
/// a peer can start. A context that ended well is used again, with what Kestrel keeps in it.
/// </remarks>
internal sealed partial class QuicStreamContext : ConnectionContext, IDisposable
{
    /// <summary>
    /// How much waits in a pipe for its reader before the writer must wait: what Kestrel gives a stream's writer too. Beyond it, data stays in the windows of QUIC.
    /// </summary>
    private const int PipeLength = 64 * 1024;

    private static readonly PipeOptions s_inputOptions = new(
        pauseWriterThreshold: PipeLength,
        resumeWriterThreshold: PipeLength / 2,
        readerScheduler: PipeScheduler.ThreadPool,
        writerScheduler: PipeScheduler.Inline,
        useSynchronizationContext: false);

    private static readonly PipeOptions s_outputOptions = new(
        pauseWriterThreshold: PipeLength,
        resumeWriterThreshold: PipeLength / 2,
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.ThreadPool,
        useSynchronizationContext: false);

    private readonly QuicConnectionContext _connection;
    private readonly Pipe _input = new(s_inputOptions);
    private readonly Pipe _output = new(s_outputOptions);
    private readonly Action _onInputResumed;

    // The shard's own.
    private QuicStream? _stream;
    private ValueTask<FlushResult> _inputFlush;
    private bool _isInputPaused;
    private bool _isInputEnded;
    private bool _isOutputEnded;
    private bool _isDelivered;
    private bool _isClosed;
    private bool _isReleased;

    private int _signals;

    public QuicStreamContext(QuicConnectionContext connection)
    {
        _connection = connection;
        _onInputResumed = OnInputResumed;
        _reader = new StreamInput(_input.Reader);
        _writer = new StreamOutput(this, _output.Writer);
        Transport = this;
        _features = CreateFeatures();
        _lease = Lend();
    }

    [Flags]
    private enum Signals
    {
        None = 0,

        /// <summary>There may be something to send.</summary>
        Send = 1,

        /// <summary>There is room for what is received.</summary>
        Resume = 2,

        AbortRead = 4,

        AbortWrite = 8,

        /// <summary>Kestrel no longer uses the stream.</summary>
        Release = 16,
    }

    /// <summary>The place among the streams of the connection.</summary>
    internal int Place { get; set; }

    /// <summary>The next of those that have signals.</summary>
    internal QuicStreamContext? NextSignalled { get; set; }

    /// <summary>Takes over a stream.</summary>
    internal void Attach(QuicStream stream)
    {
        _stream = stream;
        stream.State = this;
        StreamId = stream.Id.Value;
        CanRead = stream.CanReceive;
        CanWrite = stream.CanSend;
        if (!CanRead)
        {
            _isInputEnded = true;
            _input.Writer.Complete();
        }
        if (!CanWrite)
        {
            _isOutputEnded = _isDelivered = true;
            _output.Reader.Complete();
        }
    }

    /// <summary>Something has arrived, or the end.</summary>
    internal void OnReadable()
    {
        if (_isInputPaused || _isInputEnded || _stream is not { } stream)
        {
            return;
        }
        int unflushed = 0;
        while (stream.Peek() is { IsEmpty: false } bytes)
        {
            int length = Math.Min(bytes.Length, PipeLength - unflushed);
            _input.Writer.Write(bytes[..length]);
            stream.Consume(length);
            unflushed += length;
            if (unflushed == PipeLength && !stream.IsReadToEnd)
            {
                unflushed = 0;
                if (!TryFlushInput())
                {
                    return;
                }
            }
        }
        if (stream.IsReadToEnd)
        {
            // The last bytes and the end go together: Kestrel then sees both in one read.
            EndInput(reason: null);
        }
        else if (unflushed > 0)
        {
            TryFlushInput();
        }
    }

    /// <summary>The peer takes more.</summary>
    internal void OnWritable() => Send();

    /// <summary>The peer has all that was sent, or knows that it was reset.</summary>
    internal void OnDelivered()
    {
        _isDelivered = true;
        Settle();
    }

    /// <summary>The peer will send no more, although the end is missing.</summary>
    internal void OnReset(long code)
    {
        Break(code);
        EndInput(new ConnectionResetException("The client has reset the stream."));
    }

    /// <summary>The peer wants no more.</summary>
    internal void OnStopped(long code)
    {
        Break(code);
        EndOutput();
        if (_isInputPaused)
        {
            // What waits in the windows will not be read: with the response unwanted nobody needs the rest of the request.
            _stream?.StopSending(code);
            EndInput(new ConnectionResetException("The client has stopped the stream."));
        }
        Settle();
    }

    /// <summary>The connection has ended; the stream is dead already.</summary>
    /// <param name="code">The error code of the peer's application; negative when there is none.</param>
    /// <param name="reason">Why it ended.</param>
    internal void OnConnectionClosed(long code, Exception reason)
    {
        Break(code);
        _stream = null;
        EndOutput();
        EndInput(reason);
        bool isFirst = !_isClosed;
        _isClosed = true;
        Detach(isFirst);
    }

    /// <summary>Acts on the signals.</summary>
    internal void Act()
    {
        var signals = (Signals)Interlocked.Exchange(ref _signals, 0);
        if (_stream is not { } stream)
        {
            return;
        }
        if ((signals & Signals.AbortWrite) != 0)
        {
            stream.Reset(_writeAbort.Code);
            EndOutput();
        }
        if ((signals & Signals.AbortRead) != 0)
        {
            stream.StopSending(_readAbort.Code);
            EndInput(_readAbort.Reason);
        }
        if ((signals & Signals.Send) != 0)
        {
            Send();
        }
        if ((signals & Signals.Resume) != 0)
        {
            ResumeInput();
        }
        if ((signals & Signals.Release) != 0)
        {
            _isReleased = true;
            if (!_isInputEnded)
            {
                stream.StopSending((long)ErrorCode.RequestCancelled);
                EndInput(reason: null);
            }
        }
        Settle();
    }

    /// <summary>Kestrel has flushed or ended the output.</summary>
    internal void OnWritten() => Signal(Signals.Send);

    private void Signal(Signals signals)
    {
        if (Interlocked.Or(ref _signals, (int)signals) == 0)
        {
            _connection.OnSignalled(this);
        }
    }

    /// <summary>Gives the reader what was written; false when it must be waited for, or has gone.</summary>
    [SuppressMessage("Reliability", "CA2012", Justification = "The result is taken once: here when there is one, otherwise when it is signalled.")]
    private bool TryFlushInput()
    {
        ValueTask<FlushResult> flush = _input.Writer.FlushAsync();
        if (flush.IsCompleted)
        {
            return !IsReaderGone(flush.Result);
        }
        _isInputPaused = true;
        _inputFlush = flush;
        flush.GetAwaiter().UnsafeOnCompleted(_onInputResumed);
        return false;
    }

    private bool IsReaderGone(FlushResult flush)
    {
        if (!flush.IsCompleted)
        {
            return false;
        }
        EndInput(reason: null);
        return true;
    }

    /// <summary>Runs on the thread that made room in the pipe.</summary>
    private void OnInputResumed() => Signal(Signals.Resume);

    [SuppressMessage("Reliability", "CA2012", Justification = "The signal is given when the flush is complete.")]
    private void ResumeInput()
    {
        if (_isInputPaused)
        {
            _isInputPaused = false;
            if (!IsReaderGone(_inputFlush.GetAwaiter().GetResult()))
            {
                OnReadable();
            }
        }
    }

    private void EndInput(Exception? reason)
    {
        if (!_isInputEnded)
        {
            _isInputEnded = true;
            _input.Writer.Complete(reason);
            Settle();
        }
    }

    /// <summary>Moves what Kestrel has flushed into the send buffer, as far as there is room.</summary>
    private void Send()
    {
        if (_isOutputEnded || _stream is not { } stream)
        {
            return;
        }
        while (stream.WriteCapacity > 0 && _output.Reader.TryRead(out ReadResult read))
        {
            ReadOnlySequence<byte> bytes = read.Buffer;
            bool isWhole = bytes.Length <= stream.WriteCapacity;
            if (!isWhole)
            {
                bytes = bytes.Slice(0, stream.WriteCapacity);
            }
            Write(stream, bytes);
            _output.Reader.AdvanceTo(bytes.End);
            if (isWhole && read.IsCompleted)
            {
                stream.Finish();
                _isOutputEnded = true;
                _output.Reader.Complete();
                return;
            }
        }
        if (stream.WriteCapacity <= 0)
        {
            // The limit may have shrunk since the last write: this asks to be told when there is room again.
            stream.Write(default);
        }
    }

    private void Write(QuicStream stream, in ReadOnlySequence<byte> bytes)
    {
        if (!CanRead)
        {
            byte[] control = bytes.ToArray();
            KestrelGoAway.Correct(control);
            stream.Write(control);
            return;
        }
        foreach (ReadOnlyMemory<byte> segment in bytes)
        {
            stream.Write(segment.Span);
        }
    }

    /// <summary>Nothing more is sent: neither the peer nor Kestrel wants it.</summary>
    private void EndOutput()
    {
        if (!_isOutputEnded)
        {
            _isOutputEnded = true;
            _output.Reader.Complete();
        }
        _isDelivered = true;
    }

    /// <summary>Closes the stream when both directions are over, and gives it up when Kestrel has.</summary>
    private void Settle()
    {
        if (!_isInputEnded || !_isDelivered || _stream is not { } stream)
        {
            return;
        }
        bool isFirst = !_isClosed;
        _isClosed = true;
        if (_isReleased)
        {
            _stream = null;
            stream.Release((long)ErrorCode.RequestCancelled);
            _connection.OnDetached(this);
            Detach(isFirst);
        }
        else if (isFirst)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
