using HyperGen.Quic;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Fuzz.Targets;

/// <summary>
/// A server's connection from its first datagram: each input is the frames of an Initial packet and of a Handshake packet after it, both under valid keys. The
/// first byte says where one ends and the other begins.
/// </summary>
internal sealed class HandshakeTarget : Target, IDisposable
{
    private const int MaxSteps = 1000;

    private static readonly NetworkPath ToClient = new(NetworkAddress.FromIPv4(1, 50000), NetworkAddress.FromIPv4(2, 443));
    private static readonly byte[] SourceId = [0xC1, 0xC2, 0xC3, 0xC4];

    private readonly SeededRandom _random = new(1);
    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private readonly DirectionKeys _handshakeKeys;
    private readonly Endpoint _server;
    private Timestamp _now = new(TimeSpan.TicksPerSecond);

    public HandshakeTarget()
    {
        using var secret = InstantHandshake.Secret(Role.Client, EncryptionLevel.Handshake);
        _handshakeKeys = new(CryptoProvider.Default, QuicVersion.V1, secret.Suite, secret.Bytes);
        _server = new(new()
        {
            Random = _random.Fill,
            ResetKey = new byte[32],
            CreateServerHandshake = static parameters => new InstantHandshake(Role.Server, parameters.Span),
        });
    }

    public void Dispose()
    {
        _handshakeKeys.Dispose();
        _server.Dispose();
    }

    public override string Name => "connection-handshake";

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            var encoded = new byte[TransportParameters.MaxEncodedLength];
            var length = new TransportParameters { InitialSourceConnectionId = new(SourceId), InitialMaxData = 1000, InitialMaxStreamsUni = 3 }.Write(encoded);
            byte[] hello = [0x06, 0x00, 0x40, (byte)(length + 2), 0x00, (byte)length, .. encoded[..length]];
            byte[] finished = [0x06, 0x00, 0x03, 0x00, 0x01, 0x01];
            yield return [.. Head(hello), .. hello, .. finished];
            foreach (var frames in FrameTarget.Frames)
            {
                yield return [.. Head(frames), .. frames];
                yield return [.. Head(hello), .. hello, .. frames];
            }
        }
    }

    public override string Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2) return "empty";
        var split = Math.Min(input[0] | (input[1] << 8), input.Length - 2);
        _now += TimeSpan.FromMilliseconds(1);
        var connection = Deliver(input.Slice(2, split), input[(2 + split)..]);
        if (connection is null) return "no connection";
        Drain(connection);
        var outcome = Describe(connection);
        connection.Close(_now, 0);
        Drain(connection);
        connection.HandleTimeout(_now + TimeSpan.FromHours(1));
        if (connection.State != ConnectionState.Drained || !connection.NextTimeout.IsNever
            || (_server.Count, _server.HandshakeCount, _server.ConnectionIdCount, _server.PagesInUse, _server.StreamsInUse) != (0, 0, 0, 0, 0))
        {
            throw new InvalidOperationException("A closed connection left something behind.");
        }

        return outcome;
    }

    private static string Describe(Connection connection)
    {
        var reason = connection.CloseReason;
        if (reason.Kind == CloseKind.ByTransport) return $"closed {(TransportErrorCode)reason.ErrorCode}: {reason.Reason}";
        if (reason.Kind != CloseKind.None) return $"ended {reason.Kind}";
        return connection.Statistics.PacketsDropped > 0 ? $"{connection.State}, dropped" : $"{connection.State}";
    }

    private static byte[] Head(byte[] initial) => [(byte)initial.Length, (byte)(initial.Length >> 8)];

    private Connection? Deliver(ReadOnlySpan<byte> initial, ReadOnlySpan<byte> handshake)
    {
        Span<byte> destination = stackalloc byte[8];
        _random.Fill(destination);
        var (client, server) = InitialSecrets.Derive(CryptoProvider.Default, QuicVersion.V1, destination);
        using var keys = client;
        server.Dispose();
        var connection = Hand(PacketType.Initial, keys, destination, initial, Connection.MinDatagramSize);
        if (connection is not null && !handshake.IsEmpty) Hand(PacketType.Handshake, _handshakeKeys, connection.FirstLocalId.Span, handshake, 0);
        return connection;
    }

    private Connection? Hand(PacketType type, DirectionKeys keys, ReadOnlySpan<byte> destination, ReadOnlySpan<byte> frames, int least)
    {
        var packet = new byte[Math.Max(least, frames.Length + 64)];
        var writer = new WireWriter(packet);
        PacketHeader.WriteLong(ref writer, QuicVersion.V1, type, destination, SourceId, default, 4);
        var offset = writer.Position;
        PacketHeader.WritePacketNumber(ref writer, new(1), 4);
        writer.WriteBytes(frames);
        var end = Math.Max(least, writer.Position + Aead.TagLength);
        VarInt.WriteTwoBytes(packet.AsSpan(offset - 2), end - offset);
        keys.Packet.Seal(new(1), packet.AsSpan(0, end), offset + 4);
        keys.Header.Protect(packet, offset, 4);
        return _server.HandleDatagram(_now, ToClient, EcnCodepoint.Ect0, packet.AsSpan(0, end));
    }

    private void Drain(Connection connection)
    {
        var steps = 0;
        while (connection.TryGetEvent(out _) || connection.TryTransmit(_now, _buffer, out _) || _server.TryTransmit(_buffer, out _))
        {
            if (steps++ > MaxSteps) throw new InvalidOperationException("Events or transmissions do not end.");
        }
    }
}
