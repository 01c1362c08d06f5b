using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HyperGen.Testing;

/// <summary>Sends bytes as they are: no client library has a chance to tidy them.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _received;

    public RawConnection(int port) => _socket.Connect(IPAddress.Loopback, port);

    public Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop) => SendAllAsync(bytes, stop);

    /// <summary>Sends no more, as a client does that was cut off.</summary>
    public void End() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads one answer; null when the server closed the connection without one.</summary>
    public async Task<RawAnswer?> ReadAsync(CancellationToken stop)
    {
        while (true)
        {
            int head = _buffer.AsSpan(0, _received).IndexOf("\r\n\r\n"u8);
            if (head >= 0)
            {
                string[] lines = Encoding.Latin1.GetString(_buffer, 0, head).Split("\r\n");
                int length = int.Parse(Header(lines, "Content-Length") ?? "0", CultureInfo.InvariantCulture);
                int end = head + 4 + length;
                if (_received >= end)
                {
                    var answer = new RawAnswer(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), Header(lines, "Content-Type"), Encoding.UTF8.GetString(_buffer, head + 4, length));
                    _buffer.AsSpan(end, _received - end).CopyTo(_buffer);
                    _received -= end;
                    return answer;
                }
            }
            try
            {
                int count = await _socket.ReceiveAsync(_buffer.AsMemory(_received), stop);
                if (count == 0)
                {
                    return null;
                }
                _received += count;
            }
            catch (SocketException)
            {
                return null;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        try
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await _socket.SendAsync(bytes, stop)..];
            }
        }
        catch (SocketException)
        {
            // The server has refused the rest: what it answered says why.
        }
    }

    private static string? Header(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}

/// <summary>What a server answered.</summary>
internal sealed record RawAnswer(int Status, string? ContentType, string Body);
