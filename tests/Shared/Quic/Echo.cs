using HyperGen.Quic;

namespace HyperGen.Testing;

/// <summary>A server that answers every stream with its own bytes, as far as it may write.</summary>
internal sealed class Echo : Node.IApplication
{
    public int Streams { get; private set; }

    public CloseReason Closed { get; private set; }

    public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
    {
        switch (connectionEvent.Kind)
        {
            case ConnectionEventKind.StreamOpened:
                Streams++;
                break;
            case ConnectionEventKind.StreamReadable or ConnectionEventKind.StreamWritable:
                Copy(connectionEvent.Stream!);
                break;
            case ConnectionEventKind.StreamReset or ConnectionEventKind.StreamStopSending:
                connectionEvent.Stream!.Release(connectionEvent.ErrorCode);
                break;
            case ConnectionEventKind.Closed:
                Closed = connection.CloseReason;
                break;
        }
    }

    private static void Copy(QuicStream stream)
    {
        while (stream.CanSend && stream.WriteCapacity > 0 && stream.Peek() is { IsEmpty: false } bytes)
        {
            stream.Write(bytes);
            stream.Consume(bytes.Length);
        }

        if (stream.ReceiveState is not (ReceiveState.DataRead or ReceiveState.DataRecvd) || !stream.Peek().IsEmpty) return;
        stream.Finish();
        stream.Release();
    }
}
