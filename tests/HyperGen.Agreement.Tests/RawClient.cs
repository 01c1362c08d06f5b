using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HyperGen.Agreement.Tests;

/// <summary>Sends request lines byte for byte: no client library has a chance to tidy them. The connection is kept until the server closes it.</summary>
internal sealed class RawClient(IPEndPoint server) : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Socket? _socket;

    public async Task<Answer> SendAsync(string method, byte[] target, CancellationToken stop)
    {
        byte[] request = [.. Encoding.ASCII.GetBytes(method + " "), .. target, .. " HTTP/1.1\r\nHost: localhost\r\n\r\n"u8];
        for (int attempt = 0; ; attempt++)
        {
            bool isFresh = _socket is null;
            if (_socket is null)
            {
                _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(server, stop);
            }
            await _socket.SendAsync(request, stop);
            if (await ReceiveAsync(method, stop) is { } answer)
            {
                return answer;
            }
            await DisposeAsync();
            if (isFresh || attempt > 0)
            {
                throw new IOException($"No answer to {method} {Encoding.Latin1.GetString(target)}");
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        _socket = null;
        return ValueTask.CompletedTask;
    }

    private async Task<Answer?> ReceiveAsync(string method, CancellationToken stop)
    {
        int received = 0;
        while (true)
        {
            int head = _buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8);
            if (head >= 0)
            {
                string[] lines = Encoding.Latin1.GetString(_buffer, 0, head).Split("\r\n");
                int length = method == "HEAD" ? 0 : int.Parse(Header(lines, "Content-Length") ?? "0", CultureInfo.InvariantCulture);
                if (received >= head + 4 + length)
                {
                    if (Header(lines, "Connection") == "close")
                    {
                        await DisposeAsync();
                    }
                    string allow = string.Join(", ", (Header(lines, "Allow") ?? "").Split(", ", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
                    int status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);

                    // What a refusal says is another matter: ASP.NET Core's routing says nothing.
                    return new Answer(status, allow, status == 200 ? Encoding.UTF8.GetString(_buffer, head + 4, length) : "");
                }
            }
            int count = await _socket!.ReceiveAsync(_buffer.AsMemory(received), stop);
            if (count == 0)
            {
                return null;
            }
            received += count;
        }
    }

    private static string? Header(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}
