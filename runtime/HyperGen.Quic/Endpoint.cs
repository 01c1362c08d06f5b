using HyperGen.Quic.Streams;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic;

/// <summary>
/// All QUIC connections behind one socket: it finds the connection a datagram belongs to, begins connections, and answers what belongs to none. It owns
/// the memory its connections share. One thread owns it and all of its connections.
/// <para>
/// The owner hands every datagram to <see cref="HandleDatagram" />, drives the connection it answers with as <see cref="Connection" /> says, and sends what
/// <see cref="TryTransmit" /> gives: Version Negotiation packets and stateless resets.
/// </para>
/// </summary>
internal sealed class Endpoint
{
    /// <summary>
    /// Answers without a connection that wait to be sent. A flood that asks for more of them between two transmissions gets fewer: none is owed.
    /// </summary>
    private const int MaxAnswers = 16;

    private const int MaxAnswerLength = 7 + (2 * byte.MaxValue) + 12;

    private readonly Dictionary<ConnectionId, Connection> _connections;
    private readonly byte[] _answers = new byte[MaxAnswers * MaxAnswerLength];
    private readonly Queue<(NetworkPath Path, int Slot, int Length)> _pendingAnswers = new(MaxAnswers);
    private int _nextSlot;

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public Endpoint(EndpointOptions options)
    {
        if (options.ConnectionIdLength is < 4 or > ConnectionId.MaxLength) throw new ArgumentException("Connection IDs have 4 to 20 bytes.", nameof(options));
        if (options.Versions.Count == 0) throw new ArgumentException("At least one version has to be spoken.", nameof(options));
        if (options.Limits.MaxDatagramSize is < Connection.MinDatagramSize or > Transmit.MaxLength)
        {
            throw new ArgumentException("Datagrams have 1200 to 65507 bytes.", nameof(options));
        }

        Options = options;
        Span<byte> key = stackalloc byte[16];
        options.Random(key);
        _connections = new(new ConnectionIdComparer(key));
    }

    /// <summary>Connections held, those that are closing included.</summary>
    public int Count { get; private set; }

    /// <summary>Of these, how many are still in their handshake.</summary>
    public int HandshakeCount { get; private set; }

    /// <summary>Pages of stream memory in use by all connections.</summary>
    public int PagesInUse => Pages.Outstanding;

    /// <summary>Streams in use by all connections.</summary>
    public int StreamsInUse => Streams.Outstanding;

    internal EndpointOptions Options { get; }

    internal PagePool Pages { get; } = new();

    internal StreamPool Streams { get; } = new();

    /// <summary>Entries of the connection ID map: zero once every connection is gone.</summary>
    internal int ConnectionIdCount => _connections.Count;

    /// <summary>
    /// Takes a datagram. The connection that it changed is returned, to be driven further, and is a new one when its <see cref="Connection.UserState" /> is
    /// null; null when there is none.
    /// </summary>
    /// <param name="now">When it arrived.</param>
    /// <param name="path">Between which addresses.</param>
    /// <param name="ecn">With which mark.</param>
    /// <param name="datagram">Its bytes, which are decrypted in place and not needed after the call.</param>
    public Connection? HandleDatagram(Timestamp now, in NetworkPath path, EcnCodepoint ecn, Span<byte> datagram)
    {
        if (!PacketHeader.TryRead(datagram, Options.ConnectionIdLength, out var header)) return null;
        if (header.DestinationId.Length <= ConnectionId.MaxLength && _connections.TryGetValue(new(header.DestinationId), out var connection))
        {
            connection.HandleDatagram(now, path, ecn, datagram);
            return connection;
        }

        if (header.Version is { } version && !Speaks(version))
        {
            AnswerVersion(path, header, datagram.Length);
            return null;
        }

        switch (header.Type)
        {
            case PacketType.UnknownVersion:
                AnswerVersion(path, header, datagram.Length);
                return null;
            case PacketType.Initial:
                return Accept(now, path, ecn, header, datagram);
            case PacketType.OneRtt:
                AnswerUnknown(path, header, datagram.Length);
                return null;
            default:
                return null;
        }
    }

    /// <summary>Begins a connection to a server. It is to be driven at once: its first datagrams are ready.</summary>
    /// <param name="now">The time.</param>
    /// <param name="path">Where the server is.</param>
    /// <param name="createHandshake">
    /// Makes the client's half of the handshake from our encoded transport parameters; it is asked a second time when the server wants another version.
    /// </param>
    /// <param name="start">What is known of the server; null for nothing.</param>
    public Connection Connect(
        Timestamp now, in NetworkPath path, Func<ReadOnlyMemory<byte>, TlsHandshake> createHandshake, ClientStart? start = null)
    {
        Count++;
        HandshakeCount++;
        return Connection.Connect(this, now, path, createHandshake, start ?? ClientStart.Fresh);
    }

    /// <summary>Takes the next datagram that belongs to no connection; false when there is none.</summary>
    public bool TryTransmit(Span<byte> buffer, out Transmit transmit)
    {
        transmit = default;
        if (!_pendingAnswers.TryDequeue(out var answer)) return false;
        _answers.AsSpan(answer.Slot * MaxAnswerLength, answer.Length).CopyTo(buffer);
        transmit = new(answer.Path, answer.Length, answer.Length, EcnCodepoint.NotEct);
        return true;
    }

    internal void Add(in ConnectionId id, Connection connection) => _connections[id] = connection;

    internal void Remove(in ConnectionId id) => _connections.Remove(id);

    internal void OnHandshakeDone() => HandshakeCount--;

    internal void OnDrained(Connection connection)
    {
        if (connection.Role == Role.Server) _connections.Remove(connection.InitialDestinationId);
        Count--;
    }

    /// <summary>Draws an ID that no connection of this endpoint has.</summary>
    internal ConnectionId DrawConnectionId()
    {
        Span<byte> bytes = stackalloc byte[Options.ConnectionIdLength];
        while (true)
        {
            (Options.DrawConnectionId ?? Options.Random)(bytes);
            var id = new ConnectionId(bytes);
            if (!_connections.ContainsKey(id)) return id;
        }
    }

    private bool Speaks(QuicVersion version)
    {
        for (var i = 0; i < Options.Versions.Count; i++)
        {
            if (Options.Versions[i] == version) return true;
        }

        return false;
    }

    private Connection? Accept(Timestamp now, in NetworkPath path, EcnCodepoint ecn, in PacketHeader header, Span<byte> datagram)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
        //# A server MUST discard an Initial packet that is carried in a UDP
        //# datagram with a payload that is smaller than the smallest allowed
        //# maximum datagram size of 1200 bytes.
        if (Options.CreateServerHandshake is null || datagram.Length < Connection.MinDatagramSize) return null;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
        //# This Destination Connection ID MUST be at least 8 bytes in length.
        if (header.DestinationId.Length < 8 || Count >= Options.MaxConnections || HandshakeCount >= Options.MaxHandshakes) return null;

        var destination = new ConnectionId(header.DestinationId);
        Count++;
        HandshakeCount++;
        var connection = Connection.Accept(this, now, path, header.Version!, destination, new(header.SourceId));
        Add(destination, connection);
        connection.HandleDatagram(now, path, ecn, datagram);
        if (connection.Statistics.PacketsReceived > 0) return connection;

        // Nothing in it could be opened: whoever sent this does not know the protocol, and no state is kept for it.
        connection.Abandon(now);
        return null;
    }

    private void AnswerVersion(in NetworkPath path, in PacketHeader header, int datagramLength)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-6.1
        //# A server SHOULD send a Version Negotiation packet in response to each datagram
        //# that might initiate a connection
        if (Options.CreateServerHandshake is null || datagramLength < Connection.MinDatagramSize || !TryTakeSlot(out var slot, out var buffer)) return;
        Span<byte> random = stackalloc byte[1];
        Options.Random(random);
        Enqueue(path, slot, VersionNegotiationPacket.Write(buffer, header.SourceId, header.DestinationId, Options.Versions, header.VersionNumber, random[0]));
    }

    private void AnswerUnknown(in NetworkPath path, in PacketHeader header, int datagramLength)
    {
        if (!TryTakeSlot(out var slot, out var buffer)) return;
        var token = StatelessResetToken.Derive(Options.ResetKey, new ConnectionId(header.DestinationId));
        Enqueue(path, slot, StatelessReset.Write(buffer, datagramLength, token, Options.Random));
    }

    private bool TryTakeSlot(out int slot, out Span<byte> buffer)
    {
        slot = _nextSlot;
        buffer = _answers.AsSpan(slot * MaxAnswerLength, MaxAnswerLength);
        return _pendingAnswers.Count < MaxAnswers;
    }

    private void Enqueue(in NetworkPath path, int slot, int length)
    {
        if (length == 0) return;
        _nextSlot = (slot + 1) % MaxAnswers;
        _pendingAnswers.Enqueue((path, slot, length));
    }
}
