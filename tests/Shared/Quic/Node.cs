using HyperGen.Quic;
using HyperGen.Tls;

namespace HyperGen.Testing;

/// <summary>One end of the link: an endpoint, its connections, and the application on top of them.</summary>
internal sealed class Node
{
    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private readonly Func<Connection, IApplication> _createApplication;

    public Node(NetworkAddress address, SeededRandom random, bool isServer, ConnectionLimits limits, Func<Connection, IApplication> createApplication)
        : this(
            address,
            random,
            new EndpointOptions
            {
                Random = random.Fill,
                ResetKey = new byte[32],
                Limits = limits,
                CreateServerHandshake = isServer ? parameters => TestTls.Server(parameters, random) : null,
            },
            createApplication)
    {
    }

    public Node(NetworkAddress address, SeededRandom random, EndpointOptions options, Func<Connection, IApplication> createApplication)
    {
        Address = address;
        Random = random;
        _createApplication = createApplication;
        Endpoint = new(options);
    }

    /// <summary>What a test does with a connection's events.</summary>
    internal interface IApplication
    {
        /// <summary>When <see cref="OnWake" /> is to be called; never by default.</summary>
        Timestamp NextWake => Timestamp.Never;

        void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent);

        void OnWake(Connection connection, Timestamp now)
        {
        }
    }

    /// <summary>Its address as it knows it, which a NAT may hide from the others.</summary>
    public NetworkAddress Address { get; set; }

    public Endpoint Endpoint { get; private set; }

    public SeededRandom Random { get; }

    public List<Connection> Connections { get; } = [];

    /// <summary>At a server: whether early data is read.</summary>
    public Func<Connection, AdmitEarlyDataQuestion, bool> AdmitsEarlyData { get; set; } = static (connection, question) => connection.MayAdmitEarlyData(question);

    /// <summary>Sees a connection before it is asked for its next batch.</summary>
    public Action<Connection>? Transmitting { get; set; }

    /// <summary>Sees every batch that leaves.</summary>
    public Action<Connection?, Transmit>? OnTransmit { get; set; }

    public Timestamp NextTimeout
    {
        get
        {
            var next = Timestamp.Never;
            foreach (var connection in Connections)
            {
                next = Timestamp.Min(next, Timestamp.Min(connection.NextTimeout, ((IApplication)connection.UserState!).NextWake));
            }

            return next;
        }
    }

    /// <summary>Gives the node an endpoint with other options, before it has any connection.</summary>
    public void Configure(Func<EndpointOptions, EndpointOptions> change) => Endpoint = new(change(Endpoint.Options));

    public Connection Connect(Timestamp now, Node server, ClientStart? start = null, Func<ReadOnlyMemory<byte>, TlsHandshake>? createHandshake = null)
    {
        var connection = Endpoint.Connect(now, new(server.Address, Address), createHandshake ?? (parameters => TestTls.Client(parameters, Random)), start);
        Adopt(connection);
        return connection;
    }

    public void Receive(Timestamp now, NetworkPath path, Span<byte> datagram) => Receive(now, path, EcnCodepoint.NotEct, datagram);

    public void Receive(Timestamp now, NetworkPath path, EcnCodepoint ecn, Span<byte> datagram)
    {
        var connection = Endpoint.HandleDatagram(now, path, ecn, datagram);
        if (connection is { UserState: null }) Adopt(connection);
    }

    /// <summary>Forgets everything, as a process that was killed does; what starts in its place has only the options.</summary>
    public void Restart()
    {
        Connections.Clear();
        Endpoint = new(Endpoint.Options);
    }

    public void HandleTimeouts(Timestamp now)
    {
        foreach (var connection in Connections)
        {
            if (connection.NextTimeout <= now) connection.HandleTimeout(now);
            var application = (IApplication)connection.UserState!;
            if (application.NextWake <= now) application.OnWake(connection, now);
        }
    }

    /// <summary>Events, transmissions and clearing up, in the order the connection's documentation asks for.</summary>
    public void Drive(Timestamp now, Action<Node, Transmit, ReadOnlyMemory<byte>> send)
    {
        foreach (var connection in Connections)
        {
            while (connection.TryGetEvent(out var next))
            {
                if (next.Kind == ConnectionEventKind.HandshakeQuestion)
                {
                    if (connection.Question is AdmitEarlyDataQuestion early) connection.Handshake.AnswerEarlyData(early.Id, AdmitsEarlyData(connection, early));
                    else TestTls.Answer(connection);
                    connection.HandleAnswer(now);
                }
                else
                {
                    ((IApplication)connection.UserState!).OnEvent(connection, now, next);
                }
            }

            Transmitting?.Invoke(connection);
            while (connection.TryTransmit(now, _buffer, out var transmit))
            {
                OnTransmit?.Invoke(connection, transmit);
                send(this, transmit, _buffer.AsMemory(0, transmit.Length));
                Transmitting?.Invoke(connection);
            }
        }

        while (Endpoint.TryTransmit(_buffer, out var answer))
        {
            OnTransmit?.Invoke(null, answer);
            send(this, answer, _buffer.AsMemory(0, answer.Length));
        }

        Connections.RemoveAll(static c => c.State == ConnectionState.Drained);
    }

    private void Adopt(Connection connection)
    {
        connection.UserState = _createApplication(connection);
        Connections.Add(connection);
    }
}
