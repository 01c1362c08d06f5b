using HyperGen.Quic.Frames;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests.Support;

/// <summary>A server that asks for no connection ID in the packets it gets, as no endpoint of ours does. It takes one client through a handshake, and no further.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "It lives as long as its test.")]
internal sealed class NamelessServer
{
    private static readonly NetworkPath Path = new(NetworkAddress.FromIPv4(2, 443), NetworkAddress.FromIPv4(1, 50000));

    private readonly Endpoint _endpoint;
    private readonly TlsHandshake _tls;
    private readonly ConnectionId _clientId;
    private readonly DirectionKeys?[] _read = new DirectionKeys?[2];
    private readonly DirectionKeys?[] _write = new DirectionKeys?[2];
    private readonly long[] _next = new long[2];
    private readonly long[] _sent = new long[2];
    private OneRttKeys? _oneRtt;

    public NamelessServer()
    {
        var random = new SeededRandom(9);
        _endpoint = new(new() { Random = random.Fill, ResetKey = new byte[32] });
        Client = _endpoint.Connect(default, Path, parameters => TestTls.Client(parameters, random));
        var flight = Transmit();
        Assert.True(PacketHeader.TryRead(flight[0], 8, out var header));
        _clientId = new(header.SourceId);
        (_read[0], _write[0]) = InitialSecrets.Derive(CryptoProvider.Default, QuicVersion.V1, header.DestinationId);
        var parameters = new TransportParameters
        {
            OriginalDestinationConnectionId = new(header.DestinationId),
            InitialSourceConnectionId = default(ConnectionId),
        };
        var encoded = new byte[TransportParameters.MaxEncodedLength];
        _tls = TestTls.Server(encoded.AsMemory(0, parameters.Write(encoded)), random);
        for (; flight.Count > 0; flight = Transmit())
        {
            flight.ForEach(Receive);
            while (Client.TryGetEvent(out _))
            {
                if (Client.Question is null) continue;
                TestTls.Answer(Client);
                Client.HandleAnswer(default);
            }
        }

        Send(2, [(byte)FrameType.HandshakeDone]);
    }

    public Connection Client { get; }

    private List<byte[]> Transmit()
    {
        var datagrams = new List<byte[]>();
        var buffer = new byte[Quic.Transmit.MaxLength];
        while (Client.TryTransmit(default, buffer, out var transmit))
        {
            for (var start = 0; start < transmit.Length; start += transmit.SegmentSize)
            {
                datagrams.Add(buffer[start..Math.Min(transmit.Length, start + transmit.SegmentSize)]);
            }
        }

        return datagrams;
    }

    private void Receive(byte[] datagram)
    {
        var rest = datagram.AsSpan();
        while (PacketHeader.TryRead(rest, 0, out var header) && header.Type is PacketType.Initial or PacketType.Handshake)
        {
            var packet = rest[..header.End];
            rest = rest[header.End..];
            var level = header.Type == PacketType.Initial ? 0 : 1;
            Assert.True(_read[level]!.Header.TryUnprotect(packet, header.PacketNumberOffset, out var number, out var length));
            var start = header.PacketNumberOffset + length;
            Assert.True(_read[level]!.Packet.TryOpen(new(number), packet[..start], packet[start..], packet[start..]));
            var reader = new WireReader(packet[start..^Aead.TagLength]);
            while (reader.TryReadVarInt(out var type))
            {
                if (type == (long)FrameType.Padding) reader.SkipAll(0);
                if ((FrameType)type is FrameType.Ack or FrameType.AckEcn) AckFrame.TryRead(ref reader, (FrameType)type, out _);
                if (type != (long)FrameType.Crypto) continue;
                CryptoFrame.TryRead(ref reader, out var crypto);
                _tls.HandleInput(level == 0 ? EncryptionLevel.Initial : EncryptionLevel.Handshake, crypto.Data);
                Flush();
            }
        }
    }

    private void Flush()
    {
        while (_tls.TryGetEvent(out var next))
        {
            if (next.Kind == TlsEventKind.Question) TestTls.Answer(_tls, next.Question);
            if (next.Kind is not (TlsEventKind.ReadSecret or TlsEventKind.WriteSecret)) continue;
            if (next.Level == EncryptionLevel.Handshake)
            {
                (next.Kind == TlsEventKind.ReadSecret ? _read : _write)[1] = new(CryptoProvider.Default, QuicVersion.V1, next.Secret.Suite, next.Secret.Bytes);
            }
            else if (next.Kind == TlsEventKind.WriteSecret)
            {
                _oneRtt = new(CryptoProvider.Default, QuicVersion.V1, next.Secret);
            }
        }

        while (_tls.TryGetOutput(out var level, out var bytes))
        {
            if (level is not (EncryptionLevel.Initial or EncryptionLevel.Handshake)) continue;
            var index = level == EncryptionLevel.Initial ? 0 : 1;
            var frame = new byte[bytes.Length + 20];
            var writer = new WireWriter(frame);
            CryptoFrame.WriteHeader(ref writer, _sent[index], bytes.Length);
            writer.WriteBytes(bytes.Span);
            _sent[index] += bytes.Length;
            Send(index, frame.AsSpan(0, writer.Position));
        }
    }

    private void Send(int space, ReadOnlySpan<byte> frames)
    {
        var packet = new byte[frames.Length + 100];
        var writer = new WireWriter(packet);
        var number = new PacketNumber(space < 2 ? _next[space]++ : 0);
        if (space == 2) PacketHeader.WriteShort(ref writer, _clientId.Span, _oneRtt!.Phase, 4);
        else PacketHeader.WriteLong(ref writer, QuicVersion.V1, space == 0 ? PacketType.Initial : PacketType.Handshake, _clientId.Span, default, default, 4);
        var offset = writer.Position;
        PacketHeader.WritePacketNumber(ref writer, number, 4);
        writer.WriteBytes(frames);
        var bytes = packet.AsSpan(0, writer.Position + Aead.TagLength);
        if (space == 2)
        {
            _oneRtt!.Seal(number, bytes, offset, 4);
        }
        else
        {
            VarInt.WriteTwoBytes(bytes[(offset - 2)..], bytes.Length - offset);
            _write[space]!.Packet.Seal(number, bytes, offset + 4);
            _write[space]!.Header.Protect(bytes, offset, 4);
        }

        _endpoint.HandleDatagram(default, Path, EcnCodepoint.NotEct, bytes);
    }
}
