using System.Diagnostics;
using HyperGen.Http3;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;
using HyperGen.Http3.Streams;

namespace HyperGen.Load;

/// <summary>One request on its way round.</summary>
internal sealed class LoadRequest(LoadRun run) : RequestStream(isServer: false, new Http3Options())
{
    private long _sent;
    private int _status;
    private LoadConnection? _connection;
    private List<byte>? _content;

    /// <summary>Sends the request on the stream that was opened for it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="request">The frames of the request.</param>
    /// <param name="content">Takes the content of the answer; null when nobody wants it.</param>
    public void Send(LoadConnection connection, byte[] request, List<byte>? content)
    {
        _connection = connection;
        _content = content;
        _status = 0;
        _sent = Stopwatch.GetTimestamp();
        WriteImmutable(request);
        Finish();
    }

    protected override void OnHead(FieldSection fields, in MessageHead head) => _status = head.Status;

    protected override void OnOversizedHead() => _status = 0;

    protected override int OnContent(ReadOnlySpan<byte> content)
    {
        _content?.AddRange(content);
        return content.Length;
    }

    protected override void OnEnd()
    {
        // The end is acted upon with all else that has arrived.
    }

    protected override void OnReceived()
    {
        if (IsReceived)
        {
            End(_status, ErrorCode.NoError);
        }
    }

    protected override void OnCancelled(ErrorCode code) => End(0, code);

    protected override void OnWritable()
    {
        // A request is one small write.
    }

    private void End(int status, ErrorCode code)
    {
        Retire();
        run.OnDone(this, _connection!, status, code, Stopwatch.GetElapsedTime(_sent));
    }
}
