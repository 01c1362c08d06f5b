using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic.Tests.Interop;

/// <summary>A server that answers every request with 200, in HTTP/3 of bytes written by hand, and notes how the requests came.</summary>
/// <param name="bodyLength">Bytes of each answer: as many as a stream buffers at once, at most.</param>
internal sealed class Answerer(int bodyLength = 0) : Node.IApplication
{
    /// <summary>Is told of each request before it is answered.</summary>
    public Action<Connection>? Asked { get; set; }

    public int Handshakes { get; private set; }

    public int Requests { get; private set; }

    /// <summary>Of these, how many came before the handshake was over.</summary>
    public int Early { get; private set; }

    public int Closed { get; private set; }

    /// <summary>Connections whose handshake resumed a session.</summary>
    public int Resumed { get; private set; }

    public EarlyDataState EarlyData { get; private set; }

    public QuicVersion? Version { get; private set; }

    /// <summary>The path when the handshake was over.</summary>
    public NetworkPath FirstPath { get; private set; }

    /// <summary>The path when the last request came.</summary>
    public NetworkPath RequestPath { get; private set; }

    public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
    {
        switch (connectionEvent.Kind)
        {
            case ConnectionEventKind.HandshakeCompleted:
                Handshakes++;
                if (connection.Handshake.IsResumed) Resumed++;
                Version = connection.Version;
                EarlyData = connection.EarlyData;
                FirstPath = connection.Path;

                // A control stream with an empty SETTINGS frame: clients want to see one before they ask.
                connection.TryOpenStream(unidirectional: true)!.Write([0x00, 0x04, 0x00]);
                break;
            case ConnectionEventKind.StreamReadable:
                var stream = connectionEvent.Stream!;
                while (stream.Peek() is { IsEmpty: false } bytes) stream.Consume(bytes.Length);
                if (stream.Id.IsUnidirectional || !stream.IsReadToEnd) return;
                Requests++;
                RequestPath = connection.Path;
                if (stream.IsEarly) Early++;
                Asked?.Invoke(connection);
                Answer(stream);
                break;
            case ConnectionEventKind.Closed:
                Closed++;
                break;
        }
    }

    private void Answer(QuicStream stream)
    {
        // HEADERS: :status 200 from the static table. DATA with a length of eight bytes.
        stream.Write([0x01, 0x03, 0x00, 0x00, 0xd9]);
        if (bodyLength > 0)
        {
            Span<byte> head = stackalloc byte[9];
            head[0] = 0x00;
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(head[1..], (3L << 62) | (uint)bodyLength);
            stream.Write(head);
            stream.Write(new byte[bodyLength]);
        }

        stream.Finish();
        stream.Release();
    }
}
