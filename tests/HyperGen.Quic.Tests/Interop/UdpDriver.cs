using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests.Interop;

/// <summary>
/// The plainest way to put an endpoint on a real socket: one thread, one datagram a call. A test tool, for programs of others to talk to; the runtime has
/// its own.
/// </summary>
internal sealed class UdpDriver : IDisposable
{
    /// <summary>The first is the one that paths without an address of their own lead along.</summary>
    private readonly List<Socket> _sockets = [Bind()];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly byte[] _receive = new byte[65_536];
    private readonly byte[] _send = new byte[Transmit.MaxLength];
    private readonly Node.IApplication _application;
    private readonly HandshakeOptions _handshake;

    /// <param name="application">What happens on each connection.</param>
    /// <param name="change">Changes the endpoint's options.</param>
    /// <param name="handshake">What is negotiated; null for all we know.</param>
    public UdpDriver(Node.IApplication application, Func<EndpointOptions, EndpointOptions>? change = null, HandshakeOptions? handshake = null)
    {
        _application = application;
        _handshake = handshake ?? HandshakeOptions.Default;
        var random = new SeededRandom((ulong)RandomNumberGenerator.GetInt32(int.MaxValue));
        var tickets = new TicketKeys(CryptoProvider.Default, RandomNumberGenerator.Fill);
        tickets.Rotate(RandomNumberGenerator.GetBytes(TicketKeys.SecretLength));
        Endpoint = new()
        {
            Random = RandomNumberGenerator.Fill,
            ResetKey = RandomNumberGenerator.GetBytes(32),
            CreateServerHandshake = parameters =>
            {
                var server = new ServerHandshake(_handshake, random.Fill, tickets, DateTimeOffset.UtcNow);
                server.SetTransportParameters(parameters.Span);
                return server;
            },
        };
        if (change is not null) Endpoint = change(Endpoint);
        Transport = new(Endpoint);
    }

    /// <summary>Nothing but ChaCha20-Poly1305.</summary>
    public static HandshakeOptions OnlyChaCha20 { get; } = new() { CipherSuites = [CipherSuite.ChaCha20Poly1305Sha256] };

    public EndpointOptions Endpoint { get; }

    public Endpoint Transport { get; }

    public List<Connection> Connections { get; } = [];

    public int Port => PortOf(_sockets[0]);

    public Timestamp Now => new(_clock.Elapsed.Ticks + 1);

    /// <summary>At a server: a NAT has given all clients another port, and what is sent to the one before is lost.</summary>
    public bool IsRebound { get; set; }

    /// <summary>A port nobody listens on, as far as one can know.</summary>
    public static int FindFreePort()
    {
        using var socket = Bind();
        return PortOf(socket);
    }

    /// <summary>Opens another socket, for a client to move to; its address.</summary>
    public NetworkAddress OpenAnother()
    {
        _sockets.Add(Bind());
        return AddressOf(_sockets[^1]);
    }

    /// <summary>At a client: a NAT gives it another port, of which it knows nothing.</summary>
    public void Rebind()
    {
        _sockets[0].Dispose();
        _sockets[0] = Bind();
    }

    /// <summary>Connects to a program that listens on loopback.</summary>
    public Connection Connect(int port, ClientStart? start = null, ClientSession? session = null)
    {
        var random = new SeededRandom((ulong)RandomNumberGenerator.GetInt32(int.MaxValue));
        var path = new NetworkPath(NetworkAddress.FromIPv4(0x7F000001, (ushort)port));
        if (session is not null) start = (start ?? ClientStart.Fresh) with { RememberedParameters = session.TransportParameters };
        TlsHandshake Create(ReadOnlyMemory<byte> parameters) => new ClientHandshake(
            _handshake,
            new()
            {
                ServerName = "h3.test",
                ApplicationProtocols = [TestTls.Protocol],
                TransportParameters = parameters,
                KeepsSessions = true,
                Session = session,
                SendsEarlyData = true,
                Now = DateTimeOffset.UtcNow,
                QuicVersion = start?.Version.Number ?? 1,
            },
            random.Fill);
        var connection = Transport.Connect(Now, path, Create, start);
        connection.UserState = _application;
        Connections.Add(connection);
        return connection;
    }

    /// <summary>Serves until <paramref name="done" /> or the time is over; whether it was done.</summary>
    public bool Run(Func<bool> done, TimeSpan limit)
    {
        var end = Now + limit;
        EndPoint any = new IPEndPoint(IPAddress.Any, 0);
        while (!done())
        {
            if (Now >= end) return false;
            Drive();
            var next = Connections.Select(static c => c.NextTimeout).Append(Now + TimeSpan.FromMilliseconds(20)).Min();
            var wait = Math.Max(0, (next - Now).TotalMicroseconds);
            var readable = new List<Socket>(_sockets);
            Socket.Select(readable, null, null, (int)wait);
            foreach (var socket in readable)
            {
                var length = socket.ReceiveFrom(_receive, ref any);
                var from = (IPEndPoint)any;
                var address = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(from.Address.GetAddressBytes());
                var path = new NetworkPath(NetworkAddress.FromIPv4(address, (ushort)(from.Port + Shift)), socket == _sockets[0] ? default : AddressOf(socket));
                var connection = Transport.HandleDatagram(Now, path, EcnCodepoint.NotEct, _receive.AsSpan(0, length));
                if (connection is { UserState: null })
                {
                    connection.UserState = _application;
                    Connections.Add(connection);
                }
            }

            foreach (var connection in Connections) connection.HandleTimeout(Now);
        }

        Drive();
        return true;
    }

    public void Dispose() => _sockets.ForEach(static socket => socket.Dispose());

    private int Shift => IsRebound ? 1 : 0;

    private void Drive()
    {
        foreach (var connection in Connections)
        {
            while (connection.TryGetEvent(out var next))
            {
                if (next.Kind == ConnectionEventKind.HandshakeQuestion)
                {
                    if (connection.Question is AdmitEarlyDataQuestion early) connection.Handshake.AnswerEarlyData(early.Id, connection.MayAdmitEarlyData(early));
                    else TestTls.Answer(connection);
                    connection.HandleAnswer(Now);
                }
                else
                {
                    if (next.Kind == ConnectionEventKind.HandshakeCompleted && connection.Role == Role.Server && connection.Handshake.TryIssueTicket(DateTimeOffset.UtcNow, [], true))
                    {
                        connection.HandleAnswer(Now);
                    }

                    _application.OnEvent(connection, Now, next);
                }
            }

            while (connection.TryTransmit(Now, _send, out var transmit)) Send(transmit);
        }

        while (Transport.TryTransmit(_send, out var transmit)) Send(transmit);
        Connections.RemoveAll(static c => c.State == ConnectionState.Drained);
    }

    private void Send(in Transmit transmit)
    {
        var remote = transmit.Path.Remote;
        var address = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(address, (uint)remote.Address);
        var to = new IPEndPoint(new IPAddress(address), (ushort)(remote.Port - Shift));
        var local = transmit.Path.Local;
        var socket = local == default ? _sockets[0] : _sockets.Single(socket => AddressOf(socket) == local);
        for (var start = 0; start < transmit.Length; start += transmit.SegmentSize)
        {
            socket.SendTo(_send.AsSpan(start, Math.Min(transmit.SegmentSize, transmit.Length - start)), SocketFlags.None, to);
        }
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static NetworkAddress AddressOf(Socket socket) => NetworkAddress.FromIPv4(0x7F000001, (ushort)PortOf(socket));
}
