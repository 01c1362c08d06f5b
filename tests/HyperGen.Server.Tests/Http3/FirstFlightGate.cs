using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using HyperGen.Quic.Wire;

namespace HyperGen.Server.Tests.Http3;

/// <summary>
/// Stands between a client and a server, and lets of what the client sends only that pass which it can send without having heard from the server: Initial and 0-RTT
/// packets. The rest waits, until it is let through, so that the handshake is not over for as long as a test wants. It keeps what has passed, to send it again.
/// </summary>
internal sealed class FirstFlightGate : IAsyncDisposable
{
    private readonly UdpClient _front = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _back = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<byte[]> _passed = new();
    private readonly Queue<byte[]> _held = new();
    private readonly IPEndPoint _server;
    private readonly Task _forth;
    private readonly Task _answers;
    private IPEndPoint? _client;
    private bool _isOpen;

    public FirstFlightGate(IPEndPoint server)
    {
        _server = server;
        _forth = PumpAsync(_front, async received =>
        {
            _client = received.RemoteEndPoint;
            if (MustWait(received.Buffer))
            {
                return;
            }
            _passed.Enqueue(received.Buffer);
            await _back.SendAsync(received.Buffer, _server, _end.Token);
        });
        _answers = PumpAsync(_back, async received => await _front.SendAsync(received.Buffer, _client!, _end.Token));
    }

    /// <summary>Where the client connects to.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_front.Client.LocalEndPoint!;

    /// <summary>Lets everything through, what has waited first.</summary>
    public async Task OpenAsync()
    {
        byte[][] held;
        lock (_held)
        {
            _isOpen = true;
            held = [.. _held];
        }
        foreach (byte[] datagram in held)
        {
            await _back.SendAsync(datagram, _server, _end.Token);
        }
    }

    /// <summary>Sends what passed first once more, from another address, and waits until the server has said something to it.</summary>
    public async Task RepeatAsync()
    {
        using var replay = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        foreach (byte[] datagram in _passed)
        {
            await replay.SendAsync(datagram, _server, TestContext.Current.CancellationToken);
        }
        await replay.ReceiveAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_forth, _answers);
        _front.Dispose();
        _back.Dispose();
        _end.Dispose();
    }

    private bool MustWait(byte[] datagram)
    {
        lock (_held)
        {
            if (_isOpen || IsFirstFlight(datagram))
            {
                return false;
            }
            _held.Enqueue(datagram);
            return true;
        }
    }

    private static bool IsFirstFlight(ReadOnlySpan<byte> datagram)
    {
        while (PacketHeader.TryRead(datagram, localIdLength: 8, out PacketHeader header))
        {
            if (header.Type is not (PacketType.Initial or PacketType.ZeroRtt))
            {
                return false;
            }
            datagram = datagram[header.End..];
        }
        return true;
    }

    private async Task PumpAsync(UdpClient from, Func<UdpReceiveResult, Task> pass)
    {
        try
        {
            while (true)
            {
                await pass(await from.ReceiveAsync(_end.Token));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
