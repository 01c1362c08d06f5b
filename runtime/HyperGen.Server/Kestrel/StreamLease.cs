using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace HyperGen.Server.Kestrel;

/// <summary>What an application can break a stream off with, lent for one request: whoever keeps it past the end does nothing to the stream that comes next in the same context.</summary>
internal sealed class StreamLease(QuicStreamContext stream) : IStreamAbortFeature, IConnectionLifetimeFeature
{
    /// <inheritdoc/>
    public CancellationToken ConnectionClosed
    {
        get => stream.GetClosed(this);
        set => stream.SetClosed(this, value);
    }

    /// <inheritdoc/>
    public void AbortRead(long errorCode, ConnectionAbortedException abortReason) => stream.AbortRead(this, errorCode, abortReason);

    /// <inheritdoc/>
    public void AbortWrite(long errorCode, ConnectionAbortedException abortReason) => stream.AbortWrite(this, errorCode, abortReason);

    /// <inheritdoc/>
    public void Abort() => stream.Abort(this, new ConnectionAbortedException("The application has aborted the stream."));
}
