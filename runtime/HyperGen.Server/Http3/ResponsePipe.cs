using System.IO.Pipelines;

namespace HyperGen.Server.Http3;

/// <summary>The body of a response as handlers write it: gathered until the end of the request, or until someone flushes.</summary>
internal sealed class ResponsePipe(Exchange exchange) : PipeWriter
{
    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => exchange.Body.Length;

    /// <inheritdoc/>
    public override void Advance(int bytes) => exchange.Body.Advance(bytes);

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => exchange.Body.GetMemory(sizeHint);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => exchange.Body.GetSpan(sizeHint);

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return exchange.FlushAsync();
    }

    /// <summary>Does nothing: nobody waits with a flush that a cancelled one could not finish.</summary>
    public override void CancelPendingFlush()
    {
    }

    /// <summary>Does nothing: the response ends with the request.</summary>
    public override void Complete(Exception? exception = null)
    {
    }
}
