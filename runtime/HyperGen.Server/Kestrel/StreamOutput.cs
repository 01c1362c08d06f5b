using System.IO.Pipelines;

namespace HyperGen.Server.Kestrel;

/// <summary>What a stream is to send, as Kestrel writes it: a pipe that tells the shard when it was flushed.</summary>
/// <remarks>The pipe makes a flush wait once it holds enough, which it does when the stream's send buffer is full and the shard takes no more.</remarks>
internal sealed class StreamOutput(QuicStreamContext stream, PipeWriter pipe) : PipeWriter
{
    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => pipe.UnflushedBytes;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => pipe.GetMemory(sizeHint);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => pipe.GetSpan(sizeHint);

    /// <inheritdoc/>
    public override void Advance(int bytes) => pipe.Advance(bytes);

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<FlushResult> flush = pipe.FlushAsync(cancellationToken);
        stream.OnWritten();
        return flush;
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => pipe.CancelPendingFlush();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        if (exception is not null)
        {
            // Half a message must not look like a whole one.
            stream.Abort(new Microsoft.AspNetCore.Connections.ConnectionAbortedException("The writer of the stream has failed.", exception));
        }
        pipe.Complete();
        stream.OnWritten();
    }
}
