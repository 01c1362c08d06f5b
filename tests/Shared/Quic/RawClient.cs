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
/// A client without manners: it completes a real handshake with a server over a perfect link and then sends whatever frames a test wants, in valid packets.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Its keys live as long as the test.")]
internal sealed class RawClient
{
    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private readonly SeededRandom _random = new(42);
    private readonly TlsHandshake _tls;
    private readonly byte[] _sourceId = [0xC1, 0xC2, 0xC3, 0xC4];
    private readonly DirectionKeys?[] _read = new DirectionKeys?[2];
    private readonly DirectionKeys?[] _write = new DirectionKeys?[2];
    private readonly long[] _next = new long[3];
    private readonly long[] _cryptoSent = new long[3];
    private RangeSet _received;
    private readonly List<byte[]> _held = [];
    private int _datagrams;
    private byte[] _destinationId = [0xD1, 2, 3, 4, 5, 6, 7, 8];
    private TrafficSecret? _readSecret;
    private TrafficSecret? _writeSecret;
    private OneRttKeys? _oneRtt;
    private Received _arriving;

    /// <param name="change">Changes its transport parameters.</param>
    /// <param name="keyLimits">How much the server does with a key.</param>
    /// <param name="options">Changes the server's options.</param>
    /// <param name="moreParameters">Bytes that follow its transport parameters.</param>
    /// <param name="hasCertificate">Whether it has a certificate to show when it is asked.</param>
    public RawClient(
        Action<TransportParameters>? change = null, AeadLimits? keyLimits = null, Func<EndpointOptions, EndpointOptions>? options = null,
        byte[]? moreParameters = null, bool hasCertificate = false)
    {
        var defaults = new EndpointOptions
        {
            Random = _random.Fill,
            ResetKey = new byte[32],
            CreateServerHandshake = parameters => TestTls.Server(parameters, _random),
            KeyLimits = keyLimits,
        };
        ServerEndpoint = new(options?.Invoke(defaults) ?? defaults);
        var own = new TransportParameters
        {
            InitialSourceConnectionId = new(_sourceId),
            InitialMaxData = 1 << 20,
            InitialMaxStreamDataBidiLocal = 1 << 18,
            InitialMaxStreamDataUni = 1 << 18,
            InitialMaxStreamsBidi = 10,
            InitialMaxStreamsUni = 10,
            ActiveConnectionIdLimit = 4,
        };
        change?.Invoke(own);
        var encoded = new byte[TransportParameters.MaxEncodedLength];
        byte[] parameters = [.. encoded.AsSpan(0, own.Write(encoded)), .. moreParameters ?? []];
        _tls = TestTls.Client(parameters, _random, hasCertificate);
        var (client, server) = InitialSecrets.Derive(CryptoProvider.Default, QuicVersion.V1, _destinationId);
        (_write[0], _read[0]) = (client, server);
    }

    /// <summary>The path as the server sees it.</summary>
    public static NetworkPath Path { get; } = new(NetworkAddress.FromIPv4(0x0A000001, 50000), NetworkAddress.FromIPv4(0x0A000002, 443));

    public Endpoint ServerEndpoint { get; }

    /// <summary>The connection that its last datagram belonged to.</summary>
    public Connection? Server { get; private set; }

    /// <summary>All that its datagrams began.</summary>
    public List<Connection> Connections { get; } = [];

    public Timestamp Now { get; set; } = new(TimeSpan.TicksPerSecond);

    /// <summary>The type and error code of the CONNECTION_CLOSE frame that arrived.</summary>
    public (bool IsApplication, long Code)? Close { get; private set; }

    public long BytesReceived { get; private set; }

    /// <summary>The frames of 1-RTT packets that arrived.</summary>
    public List<Received> Frames { get; } = [];

    /// <summary>The connection IDs that NEW_CONNECTION_ID frames brought.</summary>
    public List<ConnectionId> IssuedIds { get; } = [];

    /// <summary>Is told what happens at the server, but for questions of the handshake.</summary>
    public Action<ConnectionEvent>? Happened { get; set; }

    /// <summary>Where the next packets go.</summary>
    public byte[] DestinationId
    {
        get => _destinationId;
        set => _destinationId = value;
    }

    /// <summary>Our connection ID, which a test may change.</summary>
    public byte[] SourceId => _sourceId;

    /// <summary>The connection ID that the server's last packet was addressed to.</summary>
    public byte[] AddressedTo { get; private set; } = [];

    /// <summary>Every packet that could be opened.</summary>
    public List<ReceivedPacket> Packets { get; } = [];

    /// <summary>What came along each path, whether it could be opened or not.</summary>
    public Dictionary<NetworkPath, long> BytesReceivedOn { get; } = [];

    /// <summary>While true, Handshake packets are kept back until <see cref="Release" />.</summary>
    public bool HoldsHandshake { get; init; }

    /// <summary>Puts another ClientHello in the place of its own, which no handshake survives.</summary>
    public Func<byte[], byte[]>? ChangeHello { get; init; }

    /// <summary>Which pieces of a ClientHello of so many bytes are sent, in this order, each in a datagram of its own; null for all at once.</summary>
    public Func<int, IEnumerable<Range>>? Pieces { get; init; }

    /// <summary>The least length of a datagram with an Initial packet; a client with manners has 1200.</summary>
    public int MinInitialLength { get; set; } = 1200;

    /// <summary>Bits of the first byte that are turned over before a packet is sealed.</summary>
    public byte FlippedBits { get; set; }

    /// <summary>The largest packet number the server sent in 1-RTT packets.</summary>
    public PacketNumber LargestReceived { get; private set; } = PacketNumber.None;

    /// <summary>Whether the questions of the server's handshake are answered.</summary>
    public bool AnswersQuestions { get; init; } = true;

    /// <summary>The number of the next 1-RTT packet.</summary>
    public long NextNumber
    {
        get => _next[2];
        set => _next[2] = value;
    }

    /// <summary>Starts a key update.</summary>
    public void UpdateKeys() => Assert.True(_oneRtt!.TryInitiateUpdate(new(long.MaxValue)));

    /// <summary>Completes the handshake.</summary>
    public RawClient Connect()
    {
        FlushTls();
        for (var i = 0; i < 20 && (_oneRtt is null || Server is not { State: ConnectionState.Established }); i++) Exchange();
        Assert.Equal(ConnectionState.Established, Server!.State);
        Exchange();
        return this;
    }

    /// <summary>Sends the ClientHello alone.</summary>
    public RawClient Start()
    {
        FlushTls();
        return this;
    }

    /// <summary>Sends frames in one packet of a space.</summary>
    public void Send(PacketNumberSpaceId space, ReadOnlySpan<byte> frames) => Deliver(Packet(space, frames));

    /// <summary>Sends frames in one 1-RTT packet.</summary>
    public void Send(ReadOnlySpan<byte> frames) => Send(PacketNumberSpaceId.ApplicationData, frames);

    public void Send(Action<FrameBuilder> build)
    {
        var builder = new FrameBuilder();
        build(builder);
        Send(builder.ToArray());
    }

    public byte[] Packet(PacketNumberSpaceId space, ReadOnlySpan<byte> frames)
    {
        var packet = new byte[space == PacketNumberSpaceId.Initial ? Math.Max(MinInitialLength, frames.Length + 100) : frames.Length + 100];
        var writer = new WireWriter(packet);
        var number = new PacketNumber(_next[(int)space]++);
        if (space == PacketNumberSpaceId.ApplicationData) PacketHeader.WriteShort(ref writer, _destinationId, _oneRtt!.Phase, 4);
        else PacketHeader.WriteLong(ref writer, QuicVersion.V1, space == PacketNumberSpaceId.Initial ? PacketType.Initial : PacketType.Handshake, _destinationId, _sourceId, default, 4);
        packet[0] ^= FlippedBits;
        var offset = writer.Position;
        PacketHeader.WritePacketNumber(ref writer, number, 4);
        writer.WriteBytes(frames);
        var end = space == PacketNumberSpaceId.Initial ? packet.Length : writer.Position + Aead.TagLength;
        var bytes = packet.AsSpan(0, end);
        if (space == PacketNumberSpaceId.ApplicationData)
        {
            _oneRtt!.Seal(number, bytes, offset, 4);
        }
        else
        {
            VarInt.WriteTwoBytes(bytes[(offset - 2)..], end - offset);
            _write[(int)space]!.Packet.Seal(number, bytes, offset + 4);
            _write[(int)space]!.Header.Protect(bytes, offset, 4);
        }

        return bytes.ToArray();
    }

    /// <summary>A 1-RTT packet under the keys of a later update, whether the server may expect them by then or not.</summary>
    public byte[] PacketOfUpdate(int update, ReadOnlySpan<byte> frames)
    {
        var (crypto, suite) = (CryptoProvider.Default, _writeSecret!.Suite);
        var secret = _writeSecret.Bytes.ToArray();
        for (var i = 0; i < update; i++)
        {
            var next = new byte[secret.Length];
            crypto.ExpandLabel(suite.Hash, secret, QuicVersion.V1.UpdateLabel, default, next);
            secret = next;
        }

        using var key = new PacketKey(crypto, QuicVersion.V1, suite, secret);
        using var header = new HeaderKey(crypto, QuicVersion.V1, suite, _writeSecret.Bytes);
        var packet = new byte[frames.Length + 100];
        var writer = new WireWriter(packet);
        var number = new PacketNumber(_next[2]++);
        PacketHeader.WriteShort(ref writer, _destinationId, update % 2 == 1, 4);
        var offset = writer.Position;
        PacketHeader.WritePacketNumber(ref writer, number, 4);
        writer.WriteBytes(frames);
        var bytes = packet.AsSpan(0, writer.Position + Aead.TagLength);
        key.Seal(number, bytes, offset + 4);
        header.Protect(bytes, offset, 4);
        return bytes.ToArray();
    }

    /// <summary>Delivers what was kept back.</summary>
    public void Release() => _held.ForEach(datagram => Deliver(datagram));

    /// <summary>Acknowledges the 1-RTT packets received so far, but for one.</summary>
    public void Acknowledge(long except = -1)
    {
        var ranges = new RangeSet();
        for (var i = 0; i < _received.Count; i++) ranges.Add(_received[i].Start, _received[i].End);
        ranges.Remove(except, except + 1);
        Acknowledge(ranges);
    }

    /// <summary>Acknowledges some of the 1-RTT packets that <see cref="Packets" /> holds.</summary>
    public void Acknowledge(Func<ReceivedPacket, bool> which)
    {
        var ranges = new RangeSet();
        foreach (var packet in Packets)
        {
            if (packet.Space == PacketNumberSpaceId.ApplicationData && which(packet)) ranges.Add(packet.Number, packet.Number + 1);
        }

        Acknowledge(ranges);
    }

    private void Acknowledge(RangeSet ranges)
    {
        var frame = new byte[100 + (16 * ranges.Count)];
        var writer = new WireWriter(frame);
        Assert.True(AckFrame.TryWrite(ref writer, ranges, 0, default));
        Send(frame.AsSpan(0, writer.Position));
    }

    /// <summary>Answers a PATH_CHALLENGE along the path it came.</summary>
    public void Respond(ReceivedPacket challenge) =>
        Deliver(Packet(PacketNumberSpaceId.ApplicationData, [(byte)FrameType.PathResponse, .. challenge.Challenge!]), challenge.Path);

    /// <summary>Hands bytes to the server as a datagram.</summary>
    public void Deliver(byte[] datagram, NetworkPath? path = null, EcnCodepoint ecn = EcnCodepoint.NotEct)
    {
        var connection = ServerEndpoint.HandleDatagram(Now, path ?? Path, ecn, datagram);
        if (connection is not null)
        {
            Server = connection;
            if (!Connections.Contains(connection)) Connections.Add(connection);
        }

        Exchange();
    }

    public void Advance(TimeSpan time)
    {
        Now += time;
        Server?.HandleTimeout(Now);
        Exchange();
    }

    /// <summary>Lets the server speak, and takes what it says.</summary>
    public void Exchange()
    {
        if (Server is null) return;
        Now += TimeSpan.FromMicroseconds(10);
        while (Server.TryGetEvent(out var next))
        {
            if (next.Kind != ConnectionEventKind.HandshakeQuestion)
            {
                Happened?.Invoke(next);
                continue;
            }

            if (!AnswersQuestions) continue;
            TestTls.Answer(Server);
            Server.HandleAnswer(Now);
        }

        while (Server.TryTransmit(Now, _buffer, out var transmit))
        {
            BytesReceived += transmit.Length;
            _arriving = _arriving with { Path = transmit.Path };
            BytesReceivedOn[transmit.Path] = BytesReceivedOn.GetValueOrDefault(transmit.Path) + transmit.Length;
            for (var start = 0; start < transmit.Length; start += transmit.SegmentSize)
            {
                _datagrams++;
                Receive(_buffer.AsSpan(start, Math.Min(transmit.SegmentSize, transmit.Length - start)), transmit);
            }
        }
    }

    /// <summary>Asserts that the server closed the connection with a transport error.</summary>
    public void ExpectClose(TransportErrorCode code)
    {
        Assert.Equal(code, (TransportErrorCode)Server!.CloseReason.ErrorCode);
        Assert.Equal(CloseKind.ByTransport, Server.CloseReason.Kind);
        Assert.Equal((false, (long)code), Close);
    }

    private void Receive(Span<byte> datagram, in Transmit transmit)
    {
        _arriving = _arriving with { Datagram = datagram.Length };
        while (PacketHeader.TryRead(datagram, _sourceId.Length, out var header))
        {
            var packet = datagram[..header.End];
            datagram = datagram[header.End..];
            AddressedTo = header.DestinationId.ToArray();
            var space = header.Type switch { PacketType.Initial => 0, PacketType.Handshake => 1, _ => 2 };
            if (space < 2) _destinationId = header.SourceId.ToArray();
            if (space == 2 ? _oneRtt is null : _read[space] is null) continue;
            var offset = header.PacketNumberOffset;
            uint truncated;
            int length;
            if (space == 2) _oneRtt!.TryUnprotect(packet, offset, out truncated, out length);
            else _read[space]!.Header.TryUnprotect(packet, offset, out truncated, out length);
            var number = PacketNumber.Decode(space == 2 ? LargestReceived : PacketNumber.None, truncated, length);
            var payload = packet[(offset + length)..];
            var opened = space == 2
                ? _oneRtt!.TryOpen(Now, TimeSpan.FromSeconds(1), number, packet, offset + length)
                : _read[space]!.Packet.TryOpen(number, packet[..(offset + length)], payload, payload);
            if (!opened) continue;
            if (space == 2)
            {
                LargestReceived = number;
                _received.Add(number.Value, number.Value + 1);
            }

            var received = new ReceivedPacket
            {
                Path = transmit.Path,
                Mark = transmit.Ecn,
                Datagram = _datagrams,
                Length = packet.Length,
                Space = (PacketNumberSpaceId)space,
                Number = number.Value,
                DestinationId = header.DestinationId.ToArray(),
            };
            Packets.Add(received);
            _arriving = _arriving with { Packet = number.Value };
            ReadFrames(received, payload[..^Aead.TagLength]);
        }
    }

    private void ReadFrames(ReceivedPacket packet, ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        for (var start = 0; reader.TryReadVarInt(out var value); start = reader.Position)
        {
            var type = (FrameType)value;
            packet.Frames.Add(type);
            packet.TypeLengths.Add((reader.Position - start, VarInt.Length(value)));
            var frame = _arriving with { Type = FrameTypes.IsStream(type) ? FrameType.Stream : type };
            switch (type)
            {
                case FrameType.Padding:
                    reader.SkipAll(0);
                    break;
                case FrameType.Ack or FrameType.AckEcn:
                    AckFrame.TryRead(ref reader, type, out var ack);
                    (packet.AckDelay, packet.Ecn) = (ack.Delay, ack.Ecn);
                    foreach (var range in ack) packet.Acked.Add(range);
                    break;
                case FrameType.Crypto:
                    CryptoFrame.TryRead(ref reader, out var crypto);
                    _tls.HandleInput((int)packet.Space switch { 0 => EncryptionLevel.Initial, 1 => EncryptionLevel.Handshake, _ => EncryptionLevel.OneRtt }, crypto.Data);
                    FlushTls();
                    break;
                case FrameType.ConnectionClose or FrameType.ConnectionCloseApplication:
                    ConnectionCloseFrame.TryRead(ref reader, type, out var close);
                    Close = (close.IsApplication, close.ErrorCode);
                    packet.Close = (close.IsApplication, close.ErrorCode, close.Reason.Length);
                    break;
                case FrameType.NewToken:
                    reader.TryReadPrefixed(out _);
                    break;
                case FrameType.NewConnectionId:
                    NewConnectionIdFrame.TryRead(ref reader, out var issued);
                    frame = frame with { Id = issued.Sequence, Value = issued.RetirePriorTo };
                    IssuedIds.Add(issued.Id);
                    break;
                case FrameType.PathChallenge or FrameType.PathResponse:
                    reader.TryReadBytes(8, out var data);
                    frame = frame with { Value = BinaryPrimitives.ReadInt64BigEndian(data) };
                    if (type == FrameType.PathChallenge) packet.Challenge = data.ToArray();
                    break;
                case FrameType.HandshakeDone or FrameType.Ping:
                    break;
                case FrameType.ResetStream:
                    ResetStreamFrame.TryRead(ref reader, out var reset);
                    frame = frame with { Id = reset.Id.Value, Value = reset.ErrorCode, Size = reset.FinalSize };
                    packet.Resets.Add(Convert.ToHexString(payload[start..reader.Position]));
                    break;
                case FrameType.StopSending or FrameType.MaxStreamData or FrameType.StreamDataBlocked:
                    StreamValueFrame.TryRead(ref reader, type, out var limit);
                    frame = frame with { Id = limit.Id.Value, Value = limit.Value };
                    break;
                default:
                    if (FrameTypes.IsStream(type))
                    {
                        StreamFrame.TryRead(ref reader, type, out var stream);
                        frame = frame with { Id = stream.Id.Value, Value = stream.Offset, Size = stream.Data.Length };
                        packet.Streams.Add(stream.Id);
                        packet.Offsets.Add(stream.Offset);
                    }
                    else
                    {
                        ValueFrame.TryRead(ref reader, type, out var number);
                        frame = frame with { Value = number.Value };
                    }

                    break;
            }

            if (packet.Space == PacketNumberSpaceId.ApplicationData) Frames.Add(frame);
        }
    }

    private void FlushTls()
    {
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
                case TlsEventKind.ReadSecret:
                    _readSecret = next.Secret;
                    break;
                case TlsEventKind.WriteSecret:
                    _writeSecret = next.Secret;
                    break;
                case TlsEventKind.Question:
                    TestTls.Answer(_tls, next.Question);
                    break;
            }
        }

        if (_oneRtt is null && _readSecret is not null && _writeSecret is not null)
        {
            _oneRtt = new(CryptoProvider.Default, QuicVersion.V1, _writeSecret);
            _oneRtt.InstallRead(_readSecret);
        }

        while (_tls.TryGetOutput(out var level, out var bytes))
        {
            var space = level == EncryptionLevel.Initial ? 0 : level == EncryptionLevel.Handshake ? 1 : 2;
            if (space == 0 && ChangeHello is not null) bytes = ChangeHello(bytes.ToArray());
            foreach (var range in space == 0 && Pieces is not null ? Pieces(bytes.Length) : [Range.All])
            {
                var (offset, piece) = (_cryptoSent[space] + range.GetOffsetAndLength(bytes.Length).Offset, bytes[range]);
                var frames = new byte[piece.Length + 20];
                var writer = new WireWriter(frames);
                CryptoFrame.WriteHeader(ref writer, offset, piece.Length);
                writer.WriteBytes(piece.Span);
                var datagram = Packet((PacketNumberSpaceId)space, frames.AsSpan(0, writer.Position));
                if (HoldsHandshake && space == 1) _held.Add(datagram);
                else Deliver(datagram);
            }

            _cryptoSent[space] += bytes.Length;
        }
    }

    /// <summary>A frame that arrived.</summary>
    /// <param name="Type">Its type; that of a STREAM frame without its flags.</param>
    /// <param name="Id">The stream's ID, or the sequence number of a connection ID.</param>
    /// <param name="Value">Its offset, limit, error code, path data, sequence number to retire, or Retire Prior To field.</param>
    /// <param name="Size">How much data a STREAM frame has; the final size of RESET_STREAM.</param>
    /// <param name="Packet">The number of its packet.</param>
    /// <param name="Datagram">The length of its datagram.</param>
    /// <param name="Path">Where the server sent it.</param>
    internal readonly record struct Received(FrameType Type, long Id, long Value, long Size, long Packet, int Datagram, NetworkPath Path);

    /// <summary>Writes frames as numbers, so that a test can say what no encoder of ours would.</summary>
    internal sealed class FrameBuilder
    {
        private readonly List<byte> _bytes = [];

        public FrameBuilder Integers(params ReadOnlySpan<long> values)
        {
            Span<byte> buffer = stackalloc byte[8];
            foreach (var value in values) _bytes.AddRange(buffer[..VarInt.Write(buffer, value)]);
            return this;
        }

        public FrameBuilder Bytes(params ReadOnlySpan<byte> bytes)
        {
            _bytes.AddRange(bytes);
            return this;
        }

        public byte[] ToArray() => [.. _bytes];
    }
}
