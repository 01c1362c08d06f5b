using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using HyperGen.Quic;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Testing;

/// <summary>
/// A server without manners: it completes a real handshake with a client over a perfect link, as far as a test lets it, and sends whatever frames the test
/// wants, in valid packets.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Its keys live as long as the test.")]
internal sealed class RawServer
{
    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private readonly SeededRandom _random = new(43);
    private readonly byte[] _sourceId;
    private readonly Action<TransportParameters>? _change;
    private readonly byte[] _moreParameters;
    private readonly Queue<(EncryptionLevel Level, byte[] Bytes)> _flight = new();
    private readonly DirectionKeys?[] _read = new DirectionKeys?[2];
    private readonly DirectionKeys?[] _write = new DirectionKeys?[2];
    private readonly long[] _next = new long[3];
    private readonly long[] _cryptoSent = new long[3];
    private readonly long[] _cryptoReceived = new long[3];
    private byte[] _destinationId = [];
    private TlsHandshake? _tls;
    private OneRttKeys? _oneRtt;

    /// <param name="change">Changes the transport parameters.</param>
    /// <param name="sourceId">The connection ID it chooses; four bytes if nothing is said.</param>
    /// <param name="options">Changes the client's options.</param>
    /// <param name="moreParameters">Bytes that follow its transport parameters.</param>
    public RawServer(
        Action<TransportParameters>? change = null, byte[]? sourceId = null, Func<EndpointOptions, EndpointOptions>? options = null,
        byte[]? moreParameters = null)
    {
        _change = change;
        _moreParameters = moreParameters ?? [];
        _sourceId = sourceId ?? [0xD1, 0xD2, 0xD3, 0xD4];
        var defaults = new EndpointOptions { Random = _random.Fill, ResetKey = new byte[32] };
        ClientEndpoint = new(options?.Invoke(defaults) ?? defaults);
        Client = ClientEndpoint.Connect(Now, Path, parameters => TestTls.Client(parameters, _random));
        Exchange();
    }

    /// <summary>The path as the client sees it.</summary>
    public static NetworkPath Path { get; } = new(NetworkAddress.FromIPv4(0x0A000002, 443), NetworkAddress.FromIPv4(0x0A000001, 50000));

    public Endpoint ClientEndpoint { get; }

    public Connection Client { get; }

    public Timestamp Now { get; set; } = new(TimeSpan.TicksPerSecond);

    /// <summary>The client's transport parameters as they came.</summary>
    public byte[] ClientParameters { get; private set; } = [];

    /// <summary>Every frame of the client that could be read.</summary>
    public List<Frame> Frames { get; } = [];

    /// <summary>Sends its messages of the levels up to this one.</summary>
    public RawServer Answer(EncryptionLevel last)
    {
        while (_flight.TryPeek(out var next) && next.Level <= last)
        {
            _flight.Dequeue();
            var space = SpaceOf(next.Level);
            var frame = new byte[next.Bytes.Length + 20];
            var writer = new WireWriter(frame);
            CryptoFrame.WriteHeader(ref writer, _cryptoSent[(int)space], next.Bytes.Length);
            writer.WriteBytes(next.Bytes);
            _cryptoSent[(int)space] += next.Bytes.Length;
            Send(space, frame.AsSpan(0, writer.Position));
        }

        return this;
    }

    /// <summary>Completes the handshake and confirms it.</summary>
    public RawServer Connect()
    {
        for (var i = 0; i < 5; i++) Answer(EncryptionLevel.OneRtt);
        Assert.Equal(ConnectionState.Established, Client.State);
        Send([(byte)FrameType.HandshakeDone]);
        return this;
    }

    /// <summary>Sends frames in one 1-RTT packet.</summary>
    public void Send(ReadOnlySpan<byte> frames) => Send(PacketNumberSpaceId.ApplicationData, frames);

    /// <summary>Sends frames in one 1-RTT packet, as numbers that no encoder of ours would write.</summary>
    public void Send(Action<RawClient.FrameBuilder> build)
    {
        var builder = new RawClient.FrameBuilder();
        build(builder);
        Send(builder.ToArray());
    }

    /// <summary>Sends frames in one packet of a space.</summary>
    public void Send(PacketNumberSpaceId space, ReadOnlySpan<byte> frames, byte[]? token = null, NetworkPath? path = null)
    {
        var packet = new byte[frames.Length + 100];
        var writer = new WireWriter(packet);
        var number = new PacketNumber(_next[(int)space]++);
        if (space == PacketNumberSpaceId.ApplicationData) PacketHeader.WriteShort(ref writer, _destinationId, _oneRtt!.Phase, 4);
        else PacketHeader.WriteLong(ref writer, QuicVersion.V1, space == PacketNumberSpaceId.Initial ? PacketType.Initial : PacketType.Handshake, _destinationId, _sourceId, token, 4);
        var offset = writer.Position;
        PacketHeader.WritePacketNumber(ref writer, number, 4);
        writer.WriteBytes(frames);
        var bytes = packet.AsSpan(0, writer.Position + Aead.TagLength);
        if (space == PacketNumberSpaceId.ApplicationData)
        {
            _oneRtt!.Seal(number, bytes, offset, 4);
        }
        else
        {
            VarInt.WriteTwoBytes(bytes[(offset - 2)..], bytes.Length - offset);
            _write[(int)space]!.Packet.Seal(number, bytes, offset + 4);
            _write[(int)space]!.Header.Protect(bytes, offset, 4);
        }

        ClientEndpoint.HandleDatagram(Now, path ?? Path, EcnCodepoint.NotEct, bytes);
        Exchange();
    }

    public void Advance(TimeSpan time)
    {
        Now += time;
        Client.HandleTimeout(Now);
        Exchange();
    }

    /// <summary>Lets the client speak, and takes what it says.</summary>
    public void Exchange()
    {
        Now += TimeSpan.FromMicroseconds(10);
        while (Client.TryGetEvent(out var next))
        {
            if (next.Kind != ConnectionEventKind.HandshakeQuestion) continue;
            TestTls.Answer(Client);
            Client.HandleAnswer(Now);
        }

        while (Client.TryTransmit(Now, _buffer, out var transmit))
        {
            for (var start = 0; start < transmit.Length; start += transmit.SegmentSize)
            {
                Receive(_buffer.AsSpan(start, Math.Min(transmit.SegmentSize, transmit.Length - start)), transmit.Path);
            }
        }
    }

    /// <summary>Asserts that the client closed the connection with a transport error.</summary>
    public void ExpectClose(TransportErrorCode code) =>
        Assert.Equal((CloseKind.ByTransport, code), (Client.CloseReason.Kind, (TransportErrorCode)Client.CloseReason.ErrorCode));

    private static PacketNumberSpaceId SpaceOf(EncryptionLevel level) => level switch
    {
        EncryptionLevel.Initial => PacketNumberSpaceId.Initial,
        EncryptionLevel.Handshake => PacketNumberSpaceId.Handshake,
        _ => PacketNumberSpaceId.ApplicationData,
    };

    private void Receive(Span<byte> datagram, NetworkPath path)
    {
        while (PacketHeader.TryRead(datagram, _sourceId.Length, out var header))
        {
            var packet = datagram[..header.End];
            datagram = datagram[header.End..];
            if (_tls is null) Begin(header);
            var space = header.Type switch { PacketType.Initial => 0, PacketType.Handshake => 1, _ => 2 };
            if (space == 2 ? _oneRtt is not { CanRead: true } : _read[space] is null) continue;
            var offset = header.PacketNumberOffset;
            uint truncated;
            int length;
            if (space == 2) _oneRtt!.TryUnprotect(packet, offset, out truncated, out length);
            else _read[space]!.Header.TryUnprotect(packet, offset, out truncated, out length);

            // Nothing is sent that 16 bits do not tell apart.
            var number = new PacketNumber(truncated);
            var payload = packet[(offset + length)..];
            var opened = space == 2
                ? _oneRtt!.TryOpen(Now, TimeSpan.FromSeconds(1), number, packet, offset + length)
                : _read[space]!.Packet.TryOpen(number, packet[..(offset + length)], payload, payload);
            if (opened) ReadFrames((PacketNumberSpaceId)space, payload[..^Aead.TagLength], path);
        }
    }

    private void Begin(in PacketHeader header)
    {
        _destinationId = header.SourceId.ToArray();
        var (client, server) = InitialSecrets.Derive(CryptoProvider.Default, QuicVersion.V1, header.DestinationId);
        (_read[0], _write[0]) = (client, server);
        var own = new TransportParameters
        {
            OriginalDestinationConnectionId = new(header.DestinationId),
            InitialSourceConnectionId = new(_sourceId),
            InitialMaxData = 1 << 20,
            InitialMaxStreamDataBidiRemote = 1 << 18,
            InitialMaxStreamDataUni = 1 << 18,
            InitialMaxStreamsBidi = 10,
            InitialMaxStreamsUni = 10,
            ActiveConnectionIdLimit = 4,
        };
        _change?.Invoke(own);
        var encoded = new byte[TransportParameters.MaxEncodedLength];
        byte[] parameters = [.. encoded.AsSpan(0, own.Write(encoded)), .. _moreParameters];
        _tls = TestTls.Server(parameters, _random);
    }

    private void ReadFrames(PacketNumberSpaceId space, ReadOnlySpan<byte> payload, NetworkPath path)
    {
        var reader = new WireReader(payload);
        while (reader.TryReadVarInt(out var value))
        {
            var type = (FrameType)value;
            long id = 0, number = 0;
            switch (type)
            {
                case FrameType.Padding:
                    reader.SkipAll(0);
                    break;
                case FrameType.Ack or FrameType.AckEcn:
                    AckFrame.TryRead(ref reader, type, out var ack);
                    number = ack.Largest.Value;
                    break;
                case FrameType.Crypto:
                    CryptoFrame.TryRead(ref reader, out var crypto);
                    Take(space, crypto);
                    break;
                case FrameType.ConnectionClose or FrameType.ConnectionCloseApplication:
                    ConnectionCloseFrame.TryRead(ref reader, type, out var close);
                    (id, number) = (close.ErrorCode, close.Reason.Length);
                    break;
                case FrameType.NewConnectionId:
                    NewConnectionIdFrame.TryRead(ref reader, out var issued);
                    id = issued.Sequence;
                    break;
                case FrameType.PathChallenge or FrameType.PathResponse:
                    reader.TryReadBytes(sizeof(ulong), out var data);
                    number = BinaryPrimitives.ReadInt64BigEndian(data);
                    break;
                case FrameType.Ping:
                    break;
                case FrameType.ResetStream:
                    ResetStreamFrame.TryRead(ref reader, out var reset);
                    (id, number) = (reset.Id.Value, reset.FinalSize);
                    break;
                case FrameType.StopSending or FrameType.MaxStreamData or FrameType.StreamDataBlocked:
                    StreamValueFrame.TryRead(ref reader, type, out var limit);
                    (id, number) = (limit.Id.Value, limit.Value);
                    break;
                default:
                    if (FrameTypes.IsStream(type))
                    {
                        StreamFrame.TryRead(ref reader, type, out var stream);
                        (type, id, number) = (FrameType.Stream, stream.Id.Value, stream.Offset + stream.Data.Length);
                    }
                    else
                    {
                        ValueFrame.TryRead(ref reader, type, out var single);
                        number = single.Value;
                    }

                    break;
            }

            Frames.Add(new(space, type, id, number, path));
        }
    }

    private void Take(PacketNumberSpaceId space, in CryptoFrame frame)
    {
        if (frame.Offset != _cryptoReceived[(int)space]) return;
        _cryptoReceived[(int)space] += frame.Data.Length;
        _tls!.HandleInput((int)space switch { 0 => EncryptionLevel.Initial, 1 => EncryptionLevel.Handshake, _ => EncryptionLevel.OneRtt }, frame.Data);
        while (_tls.TryGetEvent(out var next))
        {
            switch (next.Kind)
            {
                case TlsEventKind.ReadSecret when next.Level == EncryptionLevel.Handshake:
                    _read[1] = new(CryptoProvider.Default, QuicVersion.V1, next.Secret.Suite, next.Secret.Bytes);
                    break;
                case TlsEventKind.WriteSecret when next.Level == EncryptionLevel.Handshake:
                    _write[1] = new(CryptoProvider.Default, QuicVersion.V1, next.Secret.Suite, next.Secret.Bytes);
                    break;
                case TlsEventKind.WriteSecret:
                    _oneRtt = new(CryptoProvider.Default, QuicVersion.V1, next.Secret);
                    break;
                case TlsEventKind.ReadSecret:
                    _oneRtt!.InstallRead(next.Secret);
                    break;
                case TlsEventKind.PeerTransportParameters:
                    ClientParameters = next.TransportParameters.ToArray();
                    break;
                case TlsEventKind.Question:
                    TestTls.Answer(_tls, next.Question);
                    break;
            }
        }

        while (_tls.TryGetOutput(out var level, out var bytes)) _flight.Enqueue((level, bytes.ToArray()));
    }

    /// <summary>A frame that the client sent.</summary>
    /// <param name="Space">The space of its packet.</param>
    /// <param name="Type">Its type; that of a STREAM frame without its flags.</param>
    /// <param name="Id">The stream's ID, the sequence number of NEW_CONNECTION_ID, the error code of CONNECTION_CLOSE.</param>
    /// <param name="Value">The end of a STREAM frame's data, a limit, a final size, path data, a number to retire or acknowledged, the length of a reason.</param>
    /// <param name="Path">Along which path it came.</param>
    internal readonly record struct Frame(PacketNumberSpaceId Space, FrameType Type, long Id, long Value, NetworkPath Path);
}
