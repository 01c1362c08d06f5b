using HyperGen.Quic.Admission;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic;

/// <summary>What is said to those who have no connection. Each answer is smaller than what it answers, and only so many are made.</summary>
internal sealed partial class Endpoint
{
    /// <summary>Bytes of answers between two transmissions; a flood that asks for more gets fewer: none is owed.</summary>
    private const int AnswersLength = 64 << 10;

    private const int MaxVersionsLength = 7 + (2 * byte.MaxValue) + 12;
    private const int MaxRefusalLength = 80 + (2 * ConnectionId.MaxLength);

    /// <summary>
    /// Resets, Version Negotiation packets and refusals a second. A server that was restarted with 100,000 connections tells each within two minutes, and a
    /// flood cannot make it a source of packets worth having.
    /// </summary>
    private const int AnswersPerSecond = 1000;

    private readonly byte[] _answers = new byte[AnswersLength];
    private readonly Queue<(NetworkPath Path, int Start, int Length)> _pendingAnswers = new();
    private RateLimit _answerRate = new(AnswersPerSecond, AnswersPerSecond);
    private int _answersEnd;

    /// <summary>Takes the next datagram that belongs to no connection; false when there is none.</summary>
    public bool TryTransmit(Span<byte> buffer, out Transmit transmit)
    {
        transmit = default;
        if (!_pendingAnswers.TryDequeue(out var answer)) return false;
        if (_pendingAnswers.Count == 0) _answersEnd = 0;
        _answers.AsSpan(answer.Start, answer.Length).CopyTo(buffer);
        transmit = new(answer.Path, answer.Length, answer.Length, EcnCodepoint.NotEct);
        return true;
    }

    private void AnswerVersion(Timestamp now, in NetworkPath path, in PacketHeader header, int datagramLength)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-6.1
        //# If the version selected by the client is not acceptable to the
        //# server, the server responds with a Version Negotiation packet
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
        //# if the packet is large enough to initiate a new connection for any supported
        //# version, the server SHOULD send a Version Negotiation packet
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
        //# Servers MUST drop smaller packets that specify unsupported versions.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
        //# Servers SHOULD respond with a Version Negotiation packet, provided that the
        //# datagram is sufficiently long.
        if (datagramLength < Connection.MinDatagramSize || !HasRoom(MaxVersionsLength, out var buffer) || !_answerRate.TryTake(now)) return;
        Span<byte> random = stackalloc byte[1];
        Options.Random(random);
        Statistics.VersionNegotiations++;
        Enqueue(path, VersionNegotiationPacket.Write(buffer, header.SourceId, header.DestinationId, Options.Versions, header.VersionNumber, random[0]));
    }

    private void AnswerUnknown(Timestamp now, in NetworkPath path, in PacketHeader header, int datagramLength)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.3
        //# An endpoint can remember the number of Stateless Resets that it has
        //# sent and stop generating new Stateless Resets once a limit is reached.
        if (datagramLength <= StatelessReset.MinimumLength || !HasRoom(StatelessReset.MaxLength, out var buffer) || !_answerRate.TryTake(now)) return;
        var token = StatelessResetToken.Derive(Options.ResetKey, new ConnectionId(header.DestinationId));
        Statistics.StatelessResets++;
        Enqueue(path, StatelessReset.Write(buffer, datagramLength, token, Options.Random));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.1
    //# A server MUST NOT send more than one Retry
    //# packet in response to a single UDP datagram.
    private void AnswerWithRetry(Timestamp now, in NetworkPath path, in PacketHeader header)
    {
        if (!HasRoom(RetryPacket.MaxLength, out var buffer)) return;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.1
        //# This value MUST NOT be equal to the Destination
        //# Connection ID field of the packet sent by the client.
        var source = DrawConnectionId();
        if (header.DestinationId.SequenceEqual(source.Span)) return;
        var token = buffer[RetryPacket.TokenOffset(header, source)..];
        var tokenLength = _tokens.WriteRetry(token, now, path.Remote, header.Version!, source.Span, header.DestinationId);
        Enqueue(path, RetryPacket.Write(buffer, RetryIntegrity, header, source, tokenLength));
    }

    /// <summary>
    /// Closes a connection that never was, in one packet: the word is for who sealed the first one. One damaged on its way, or made up, is not the client's,
    /// and what it holds is no reason to turn the client away.
    /// </summary>
    private void Refuse(Timestamp now, in NetworkPath path, in PacketHeader header, Span<byte> packet, TransportErrorCode code)
    {
        // This derives keys, so it is the dearest of all answers; the client does without when they are too many.
        if (!HasRoom(MaxRefusalLength, out var buffer) || !_answerRate.TryTake(now)) return;
        var (client, server) = InitialSecrets.Derive(Options.Crypto, header.Version!, header.DestinationId);
        using var read = client;
        using var write = server;
        if (!IsSealedUnder(read, header, packet)) return;
        var writer = new WireWriter(buffer);
        PacketHeader.WriteLong(ref writer, header.Version!, PacketType.Initial, header.SourceId, header.DestinationId, default, 1);
        var offset = writer.Position;
        writer.WriteByte(0);
        ConnectionCloseFrame.Write(ref writer, application: false, (long)code, 0, null);
        var refusal = buffer[..(writer.Position + Aead.TagLength)];
        VarInt.WriteTwoBytes(refusal[(offset - 2)..], refusal.Length - offset);
        write.Packet.Seal(new(0), refusal, offset + 1);
        write.Header.Protect(refusal, offset, 1);
        Enqueue(path, refusal.Length);
    }

    private static bool IsSealedUnder(DirectionKeys keys, in PacketHeader header, Span<byte> packet)
    {
        if (!keys.Header.TryUnprotect(packet, header.PacketNumberOffset, out var number, out var length)) return false;
        var payload = packet[(header.PacketNumberOffset + length)..];
        return keys.Packet.TryOpen(new(number), packet[..(header.PacketNumberOffset + length)], payload, payload);
    }

    private bool HasRoom(int length, out Span<byte> buffer)
    {
        buffer = _answers.AsSpan(_answersEnd);
        return buffer.Length >= length;
    }

    private void Enqueue(in NetworkPath path, int length)
    {
        if (length == 0) return;
        _pendingAnswers.Enqueue((path, _answersEnd, length));
        _answersEnd += length;
    }
}
