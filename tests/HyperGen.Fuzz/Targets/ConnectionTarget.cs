using HyperGen.Quic;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Fuzz.Targets;

/// <summary>A whole connection of one role: each input is the frames of a 1-RTT packet under valid keys. When it closes the connection, the next gets another.</summary>
internal sealed class ConnectionTarget(Role role) : Target, IDisposable
{
    private const int MaxSteps = 1000;

    /// <summary>A connection that survives so many inputs has been used enough.</summary>
    private const int MaxInputs = 500;

    private static readonly NetworkPath ToServer = new(NetworkAddress.FromIPv4(2, 443), NetworkAddress.FromIPv4(1, 50000));
    private static readonly NetworkPath ToClient = new(NetworkAddress.FromIPv4(1, 50000), NetworkAddress.FromIPv4(2, 443));

    private readonly SeededRandom _random = new(1);
    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private readonly DirectionKeys _keys = Keys(role == Role.Server ? Role.Client : Role.Server);
    private Endpoint? _client;
    private Endpoint? _server;
    private Connection? _target;
    private ConnectionId _destination;
    private Timestamp _now = new(TimeSpan.TicksPerSecond);
    private long _number;
    private int _inputs;

    public override string Name => role == Role.Server ? "connection-server" : "connection-client";

    public override IEnumerable<byte[]> Seeds => FrameTarget.Frames;

    public override string Run(ReadOnlySpan<byte> input)
    {
        if (_target is not { State: ConnectionState.Established } || _inputs++ > MaxInputs) Connect();
        var target = _target!;
        var dropped = target.Statistics.PacketsDropped;
        Deliver(input);
        Drain(target);
        if (target.State != ConnectionState.Established)
        {
            var reason = target.CloseReason;
            if (reason.Kind is CloseKind.ByTransport) return $"closed {(TransportErrorCode)reason.ErrorCode}: {reason.Reason}";
            return $"ended {reason.Kind}";
        }

        return target.Statistics.PacketsDropped > dropped ? "dropped" : "taken";
    }

    public void Dispose()
    {
        _keys.Dispose();
        _client?.Dispose();
        _server?.Dispose();
    }

    private static DirectionKeys Keys(Role writer)
    {
        using var secret = InstantHandshake.Secret(writer, EncryptionLevel.OneRtt);
        return new(CryptoProvider.Default, QuicVersion.V1, secret.Suite, secret.Bytes);
    }

    private void Deliver(ReadOnlySpan<byte> frames)
    {
        Span<byte> packet = stackalloc byte[Mutator.MaxLength + 64];
        var writer = new WireWriter(packet);
        PacketHeader.WriteShort(ref writer, _destination.Span, keyPhase: false, 4);
        var offset = writer.Position;
        var number = new PacketNumber(_number++);
        PacketHeader.WritePacketNumber(ref writer, number, 4);
        writer.WriteBytes(frames);
        packet = packet[..(writer.Position + Aead.TagLength)];
        _keys.Packet.Seal(number, packet, offset + 4);
        _keys.Header.Protect(packet, offset, 4);
        _now += TimeSpan.FromMilliseconds(1);
        (role == Role.Server ? _server : _client)!.HandleDatagram(_now, role == Role.Server ? ToClient : ToServer, EcnCodepoint.Ect0, packet);
    }

    /// <summary>Does what an owner does: takes events, reads and answers streams, lets timers fire, and sends into the void.</summary>
    private void Drain(Connection connection)
    {
        var steps = 0;
        while (connection.TryGetEvent(out var next))
        {
            if (steps++ > MaxSteps) throw new InvalidOperationException("Events do not end.");
            if (next.Stream is not { IsReleased: false } stream) continue;
            if (next.Kind == ConnectionEventKind.StreamReadable)
            {
                while (stream.Peek() is { IsEmpty: false } bytes) stream.Consume(bytes.Length);
                if (!stream.IsReadToEnd) continue;
                if (stream.CanSend) stream.Finish();
                stream.Release();
            }
            else if (next.Kind is ConnectionEventKind.StreamReset or ConnectionEventKind.StreamStopSending)
            {
                stream.Release(next.ErrorCode);
            }
        }

        if (connection.NextTimeout <= _now) connection.HandleTimeout(_now);
        while (connection.TryTransmit(_now, _buffer, out _))
        {
            if (steps++ > MaxSteps) throw new InvalidOperationException("Transmissions do not end.");
        }
    }

    private void Connect()
    {
        Finish();
        _client?.Dispose();
        _server?.Dispose();
        _client = new(Options(null));
        _server = new(Options(static parameters => new InstantHandshake(Role.Server, parameters.Span)));
        var client = _client.Connect(_now, ToServer, static parameters => new InstantHandshake(Role.Client, parameters.Span));
        Connection? server = null;
        for (var i = 0; i < 10; i++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            while (client.TryTransmit(_now, _buffer, out var transmit)) server = _server.HandleBatch(_now, ToClient, transmit, _buffer) ?? server;
            while (server!.TryTransmit(_now, _buffer, out var transmit)) _client.HandleBatch(_now, ToServer, transmit, _buffer);
        }

        if (client.State != ConnectionState.Established || server is not { State: ConnectionState.Established })
        {
            throw new InvalidOperationException("The handshake of the harness does not complete.");
        }

        for (var i = 0; i < 3; i++) (role == Role.Server ? server : client).TryOpenStream()?.Write(new byte[100]);
        _target = role == Role.Server ? server : client;
        _destination = role == Role.Server ? server.FirstLocalId : client.FirstLocalId;
        _number = 1000;
        _inputs = 0;
    }

    /// <summary>Whatever was done to it, a connection gives everything back.</summary>
    private void Finish()
    {
        if (_target is not { } target) return;
        target.Close(_now, 0);
        Drain(target);
        _now += TimeSpan.FromHours(1);
        target.HandleTimeout(_now);
        var endpoint = (role == Role.Server ? _server : _client)!;
        if (target.State == ConnectionState.Drained && target.NextTimeout.IsNever
            && (endpoint.Count, endpoint.HandshakeCount, endpoint.ConnectionIdCount, endpoint.PagesInUse, endpoint.StreamsInUse) == (0, 0, 0, 0, 0)) return;
        throw new InvalidOperationException("A closed connection left something behind.");
    }

    private EndpointOptions Options(Func<ReadOnlyMemory<byte>, TlsHandshake>? server) => new()
    {
        Random = _random.Fill,
        ResetKey = new byte[32],
        CreateServerHandshake = server,
        Limits = ConnectionLimits.Default with { MaxDatagramFrameSize = 1000 },
    };
}
