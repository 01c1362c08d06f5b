using System.IO.Pipelines;

namespace HyperGen.Server.Kestrel;

/// <summary>What a stream has received, as Kestrel reads it. It notes how reading ended, so that the pipe behind it never throws at the shard.</summary>
internal sealed class StreamInput(PipeReader pipe) : PipeReader
{
    /// <summary>Whether reading ended because of a failure.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Begins anew, with another stream.</summary>
    public void Reset() => HasFailed = false;

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => pipe.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result) => pipe.TryRead(out result);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => pipe.AdvanceTo(consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => pipe.AdvanceTo(consumed, examined);

    /// <inheritdoc/>
    public override void CancelPendingRead() => pipe.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        HasFailed |= exception is not null;
        pipe.Complete();
    }
}
