using System.Text;
using HyperGen.Tls;

namespace HyperGen.Quic.Tests.Interop;

/// <summary>A client that asks for a path, in HTTP/3 of bytes written by hand, as soon as it may, and counts what it is answered.</summary>
internal sealed class Asker(string path = "/") : Node.IApplication
{
    public int Answers { get; private set; }

    /// <summary>Bytes of all answers, what HTTP/3 adds included.</summary>
    public long Bytes { get; private set; }

    /// <summary>The last ticket that came.</summary>
    public ClientSession? Session { get; private set; }

    /// <summary>Asks once.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="begins">Whether it is the first request, before which goes the control stream.</param>
    public void Ask(Connection connection, bool begins = false)
    {
        if (begins) connection.TryOpenStream(unidirectional: true)!.Write([0x00, 0x04, 0x00]);

        // HEADERS: :method GET, :scheme https, :path and :authority, with names from the static table.
        byte[] fields = [0x00, 0x00, 0xd1, 0xd7, 0x51, (byte)path.Length, .. Encoding.ASCII.GetBytes(path), 0x50, 0x07, .. "h3.test"u8];
        var stream = connection.TryOpenStream()!;
        stream.Write([0x01, (byte)fields.Length, .. fields]);
        stream.Finish();
    }

    public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
    {
        switch (connectionEvent.Kind)
        {
            case ConnectionEventKind.HandshakeCompleted when connection.EarlyData == EarlyDataState.None:
                Ask(connection, begins: true);
                break;
            case ConnectionEventKind.SessionReceived:
                connection.TryTakeSession(out var session);
                Session = session;
                break;
            case ConnectionEventKind.StreamReadable:
                var stream = connectionEvent.Stream!;
                while (stream.Peek() is { IsEmpty: false } bytes)
                {
                    if (!stream.Id.IsUnidirectional) Bytes += bytes.Length;
                    stream.Consume(bytes.Length);
                }

                if (!stream.Id.IsUnidirectional && stream.IsReadToEnd) Answers++;
                break;
        }
    }
}
