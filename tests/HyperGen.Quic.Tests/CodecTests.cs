using HyperGen.Quic.Frames;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests;

/// <summary>Properties of every codec over seeded random values: what is written is read back, and no truncation of it is taken for the whole.</summary>
public sealed class CodecTests
{
    private const int Rounds = 2000;

    private delegate TransportError Reader(ref WireReader reader);

    [Theory]
    [InlineData("c2197c5eff14e88c", 151288809941952652)]
    [InlineData("9d7f3e7d", 494878333)]
    [InlineData("7bbd", 15293)]
    [InlineData("25", 37)]
    [InlineData("4025", 37)]
    public void Integers_of_RFC_9000_appendix_A_1(string hex, long expected)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(bytes.Length, VarInt.TryRead(bytes, out var value));
        Assert.Equal(expected, value);
        for (var length = 0; length < bytes.Length; length++) Assert.Equal(0, VarInt.TryRead(bytes.AsSpan(0, length), out _));
    }

    [Fact]
    public void Integers_round_trip_in_their_shortest_form()
    {
        var random = new SeededRandom(1);
        var buffer = new byte[8];
        for (var i = 0; i < Rounds; i++)
        {
            var value = AnyInteger(random);
            var length = VarInt.Write(buffer, value);
            Assert.Equal(VarInt.Length(value), length);
            Assert.Equal(length, VarInt.TryRead(buffer, out var read));
            Assert.Equal(value, read);
        }
    }

    [Theory]
    [InlineData(0xa82f30ea, 0x9b32, 2, 0xa82f9b32)]
    [InlineData(-1, 0, 1, 0)]
    public void Packet_numbers_of_RFC_9000_appendix_A_3(long largest, uint truncated, int length, long expected) =>
        Assert.Equal(new PacketNumber(expected), PacketNumber.Decode(new(largest), truncated, length));

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.1
    //= type=test
    //# the sender MUST use a packet number size able to represent more than twice as
    //# large a range as the difference between the largest acknowledged packet number
    //# and the packet number being sent
    [Theory]
    [InlineData(0xac5c02, 0xabe8b3, 2)]
    [InlineData(0xace8fe, 0xabe8b3, 3)]
    [InlineData(127, 0, 1)]
    [InlineData(128, 0, 2)]
    [InlineData(0x7fff, 0, 2)]
    [InlineData(0x8000, 0, 3)]
    [InlineData(0x7fffff, 0, 3)]
    [InlineData(0x800000, 0, 4)]
    public void Packet_number_lengths_of_RFC_9000_appendix_A_2(long number, long largestAcked, int expected) =>
        Assert.Equal(expected, new PacketNumber(number).EncodedLength(new(largestAcked)));

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.1
    //= type=test
    //# An endpoint SHOULD use a large enough packet number encoding to allow the
    //# packet number to be recovered even if the packet arrives after packets that
    //# are sent afterwards.
    [Fact]
    public void Packet_numbers_decode_whatever_was_acknowledged()
    {
        var random = new SeededRandom(2);
        for (var i = 0; i < Rounds; i++)
        {
            var acked = AnyInteger(random) & ((1L << 50) - 1);
            var number = new PacketNumber(acked + 1 + random.Below(1 << 20));
            var length = number.EncodedLength(new(acked));
            var truncated = (uint)(number.Value & ((1L << (8 * length)) - 1));

            // The receiver has seen what was sent before, or as much again of what was sent afterwards.
            var received = new PacketNumber(acked + random.Below(2 * (int)(number.Value - acked)));
            Assert.Equal(number, PacketNumber.Decode(received, truncated, length));
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.1
    //= type=test
    //# Prior to receiving an acknowledgment for a packet number space, the full packet
    //# number MUST be included
    [Fact]
    public void Before_anything_was_acknowledged_packet_numbers_are_whole()
    {
        var random = new SeededRandom(8);
        for (var i = 0; i < Rounds; i++)
        {
            var number = new PacketNumber((long)(random.Next() >> 33) >> random.Below(31));
            var length = number.EncodedLength(PacketNumber.None);
            Assert.True(number.Value < 1L << (8 * length));
            Assert.Equal(number, PacketNumber.Decode(PacketNumber.None, (uint)number.Value, length));
        }
    }

    [Fact]
    public void Ack_frames_round_trip()
    {
        var random = new SeededRandom(3);
        var buffer = new byte[2048];
        for (var i = 0; i < Rounds; i++)
        {
            var ranges = new RangeSet();
            for (var n = random.Below(60); n >= 0; n--)
            {
                long start = random.Below(100_000);
                ranges.Add(start, start + 1 + random.Below(50));
            }

            var ecn = random.Chance(0.5) ? new EcnCounts(random.Below(9), 1, random.Below(100_000)) : default;
            var writer = new WireWriter(buffer);
            Assert.True(AckFrame.TryWrite(ref writer, ranges, i, ecn));
            var bytes = buffer.AsSpan(0, writer.Position);
            var reader = new WireReader(bytes[1..]);
            Assert.False(AckFrame.TryRead(ref reader, (FrameType)bytes[0], out var ack).IsError);
            Assert.True(reader.IsEmpty);
            Assert.Equal(ecn, ack.Ecn);
            Assert.Equal(i, ack.Delay);
            var index = ranges.Count;
            foreach (var range in ack) Assert.Equal(ranges[--index], range);
            Assert.Equal(0, index);
            for (var length = 1; length < bytes.Length; length++)
            {
                reader = new(bytes[1..length]);
                Assert.Equal(TransportErrorCode.FrameEncodingError, AckFrame.TryRead(ref reader, (FrameType)bytes[0], out _).Code);
            }
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.3.1
    //= type=test
    //# If any computed packet number is negative, an endpoint MUST generate a
    //# connection error of type FRAME_ENCODING_ERROR.
    [Theory]
    [InlineData("05000006")]
    [InlineData("050001030101")]
    [InlineData("0a0001ffffffffffffffffffffffffffffffff00")]
    [InlineData("0a000100ffffffffffffffffffffffffffffffff")]
    public void Ack_ranges_below_zero_are_an_encoding_error(string hex)
    {
        var reader = new WireReader(Convert.FromHexString(hex));
        Assert.Equal(TransportErrorCode.FrameEncodingError, AckFrame.TryRead(ref reader, FrameType.Ack, out _).Code);
    }

    [Fact]
    public void Other_frames_round_trip_and_no_truncation_is_taken_for_one()
    {
        var random = new SeededRandom(4);
        var buffer = new byte[512];
        for (var i = 0; i < Rounds; i++)
        {
            var reset = new ResetStreamFrame(new(AnyInteger(random)), AnyInteger(random), AnyInteger(random));
            var writer = new WireWriter(buffer);
            reset.Write(ref writer);
            CheckTruncations(buffer.AsSpan(0, writer.Position), (ref r) => ResetStreamFrame.TryRead(ref r, out var read) is var e && !e.IsError && read != reset ? Mismatch : e);

            var value = new StreamValueFrame(FrameType.MaxStreamData, new(AnyInteger(random)), AnyInteger(random));
            writer = new(buffer);
            value.Write(ref writer);
            CheckTruncations(
                buffer.AsSpan(0, writer.Position), (ref r) => StreamValueFrame.TryRead(ref r, value.Type, out var read) is var e && !e.IsError && read != value ? Mismatch : e);

            var limit = new ValueFrame(FrameType.MaxData, AnyInteger(random));
            writer = new(buffer);
            limit.Write(ref writer);
            CheckTruncations(
                buffer.AsSpan(0, writer.Position), (ref r) => ValueFrame.TryRead(ref r, limit.Type, out var read) is var e && !e.IsError && read != limit ? Mismatch : e);

            var id = new byte[1 + random.Below(20)];
            random.Fill(id);
            var sequence = AnyInteger(random);
            var newId = new NewConnectionIdFrame(sequence, (long)(random.Next() % (ulong)(sequence + 1)), new(id), new(random.Next(), random.Next()));
            writer = new(buffer);
            newId.Write(ref writer);
            CheckTruncations(
                buffer.AsSpan(0, writer.Position), (ref r) => NewConnectionIdFrame.TryRead(ref r, out var read) is var e && !e.IsError && read != newId ? Mismatch : e);
        }
    }

    [Fact]
    public void Stream_frames_round_trip()
    {
        var random = new SeededRandom(5);
        var buffer = new byte[512];
        for (var i = 0; i < Rounds; i++)
        {
            var id = new StreamId(AnyInteger(random));
            var offset = AnyInteger(random) >> 1;
            var data = new byte[random.Below(200)];
            random.Fill(data);
            var fin = random.Chance(0.5);
            var writer = new WireWriter(buffer);
            StreamFrame.WriteHeader(ref writer, id, offset, data.Length, fin);
            Assert.True(writer.Position <= StreamFrame.HeaderLength(id, offset, data.Length));
            writer.WriteBytes(data);
            var reader = new WireReader(buffer.AsSpan(1, writer.Position - 1));
            Assert.False(StreamFrame.TryRead(ref reader, (FrameType)buffer[0], out var read).IsError);
            Assert.Equal((id, offset, fin), (read.Id, read.Offset, read.Fin));
            Assert.Equal(data, read.Data.ToArray());
            for (var length = 0; length < writer.Position - 1; length++)
            {
                reader = new(buffer.AsSpan(1, length));
                Assert.Equal(TransportErrorCode.FrameEncodingError, StreamFrame.TryRead(ref reader, (FrameType)buffer[0], out _).Code);
            }
        }
    }

    [Fact]
    public void Transport_parameters_round_trip_and_every_truncation_reads_or_fails_as_an_error()
    {
        var random = new SeededRandom(6);
        var buffer = new byte[TransportParameters.MaxEncodedLength];
        for (var i = 0; i < Rounds; i++)
        {
            var written = new TransportParameters
            {
                OriginalDestinationConnectionId = new([1, 2, 3, 4, 5, 6, 7, 8]),
                InitialSourceConnectionId = new([9]),
                StatelessResetToken = new(random.Next(), random.Next()),
                MaxIdleTimeout = TimeSpan.FromMilliseconds(random.Below(100_000)),
                InitialMaxData = AnyInteger(random),
                InitialMaxStreamDataBidiLocal = AnyInteger(random),
                InitialMaxStreamDataBidiRemote = AnyInteger(random),
                InitialMaxStreamDataUni = AnyInteger(random),
                InitialMaxStreamsBidi = random.Below(1000),
                InitialMaxStreamsUni = random.Below(1000),
                AckDelayExponent = random.Below(21),
                ActiveConnectionIdLimit = 2 + random.Below(10),
            };
            var length = written.Write(buffer);
            Assert.False(TransportParameters.TryRead(buffer.AsSpan(0, length), Role.Server, out var read).IsError);
            Assert.Equal(written.OriginalDestinationConnectionId, read.OriginalDestinationConnectionId);
            Assert.Equal(written.InitialMaxStreamDataUni, read.InitialMaxStreamDataUni);
            Assert.Equal(written.MaxIdleTimeout, read.MaxIdleTimeout);
            Assert.Equal(written.AckDelayExponent, read.AckDelayExponent);
            Assert.Equal(written.StatelessResetToken, read.StatelessResetToken);

            Assert.Equal(TransportErrorCode.TransportParameterError, TransportParameters.TryRead(buffer.AsSpan(0, length), Role.Client, out _).Code);
            var cut = random.Below(length);
            var error = TransportParameters.TryRead(buffer.AsSpan(0, cut), Role.Server, out _);
            Assert.True(!error.IsError || error.Code == TransportErrorCode.TransportParameterError);
        }
    }

    [Fact]
    public void Random_bytes_never_throw_in_any_parser()
    {
        var random = new SeededRandom(7);
        var bytes = new byte[80];
        for (var i = 0; i < 50_000; i++)
        {
            random.Fill(bytes);
            var cut = bytes.AsSpan(0, random.Below(bytes.Length));
            PacketHeader.TryRead(cut, 8, out _);
            TransportParameters.TryRead(cut, Role.Client, out _);
            var reader = new WireReader(cut);
            NewConnectionIdFrame.TryRead(ref reader, out _);
            reader = new(cut);
            if (!AckFrame.TryRead(ref reader, FrameType.AckEcn, out var ack).IsError)
            {
                foreach (var range in ack) Assert.True(range is { Start: >= 0, Length: > 0 });
            }

            reader = new(cut);
            ConnectionCloseFrame.TryRead(ref reader, FrameType.ConnectionClose, out _);
        }
    }

    private static TransportError Mismatch => new(TransportErrorCode.InternalError, 0, "What was read is not what was written.");

    private static void CheckTruncations(ReadOnlySpan<byte> frame, Reader read)
    {
        var reader = new WireReader(frame[1..]);
        Assert.Equal(TransportError.None, read(ref reader));
        Assert.True(reader.IsEmpty);
        for (var length = 1; length < frame.Length; length++)
        {
            reader = new(frame[1..length]);
            Assert.Equal(TransportErrorCode.FrameEncodingError, read(ref reader).Code);
        }
    }

    /// <summary>All four lengths alike, and their borders now and then.</summary>
    private static long AnyInteger(SeededRandom random) => random.Below(8) switch
    {
        0 => 63,
        1 => 64,
        2 => 16383,
        3 => VarInt.MaxValue,
        _ => (long)(random.Next() & VarInt.MaxValue) >> random.Below(62),
    };
}
