using System.Buffers.Binary;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic;

/// <summary>Packets that ask something of a path, each alone in a datagram and a batch of its own: is the peer there, and how large may datagrams be.</summary>
internal sealed partial class Connection
{
    /// <summary>The largest packet with one challenge: a peer that was heard with a mere PING can be asked whether it is there.</summary>
    private const int MinProbe = 1 + ConnectionId.MaxLength + 4 + PathFrameLength + 1 + Aead.TagLength;

    private const int PathFrameLength = 1 + sizeof(ulong);

    private bool TryTransmitProbe(Timestamp now, Span<byte> buffer, out Transmit transmit)
    {
        transmit = default;
        if (_otherPaths is not null)
        {
            foreach (var other in _otherPaths)
            {
                if (other.HasProbes && TryTransmitProbe(now, other, buffer, MinDatagramSize, isMtuProbe: false, out transmit)) return true;
            }
        }

        // What was sent to an address the peer left fills the window until it is found lost: a probe timeout lets the challenge out all the same.
        var hasRoom = _recovery.Controller.HasRoom(MinDatagramSize);
        if ((hasRoom || Application.Probes > 0) && _path.HasProbes && TryTransmitProbe(now, _path, buffer, MinDatagramSize, isMtuProbe: false, out transmit))
        {
            if (!hasRoom) Application.Probes--;
            return true;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-14.2
        //# An endpoint SHOULD use DPLPMTUD (Section 14.3) or PMTUD (Section 14.2.1) to
        //# determine whether the path to a destination will support a desired maximum
        //# datagram size without fragmentation.
        if (!hasRoom || !_path.IsValidated || !IsHandshakeConfirmed || _path.Mtu.NextProbe(now) is not (> 0 and var size)) return false;
        return buffer.Length >= size && _recovery.Controller.HasRoom(size) && TryTransmitProbe(now, _path, buffer, size, isMtuProbe: true, out transmit);
    }

    private bool TryTransmitProbe(Timestamp now, PathState path, Span<byte> buffer, int size, bool isMtuProbe, out Transmit transmit)
    {
        transmit = default;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
        //# However, an endpoint MUST NOT expand the datagram containing the PATH_RESPONSE
        //# if the resulting data exceeds the anti-amplification limit.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
        //# An endpoint MUST expand datagrams that contain a PATH_CHALLENGE frame to at
        //# least the smallest allowed maximum datagram size of 1200 bytes, unless the
        //# anti-amplification limit for the path does not permit sending a datagram of
        //# this size.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
        //# An endpoint MUST expand datagrams that contain a PATH_RESPONSE frame to at
        //# least the smallest allowed maximum datagram size of 1200 bytes.
        if (path.Allowance < size) size = (int)path.Allowance;
        if (size < MinProbe || _oneRtt is null || !TryFindIdFor(path, out var destination)) return false;

        var space = Application;
        if (space.NextNumber.Value == space.Skipped?.Next) SkipNumber(space);
        var number = space.NextNumber;
        var numberLength = number.EncodedLength(_recovery.LargestAcked(space.Id));
        var header = new WireWriter(buffer[..size]);
        PacketHeader.WriteShort(ref header, destination.Span, _oneRtt.Phase, numberLength);
        var numberOffset = header.Position;
        var payloadStart = numberOffset + numberLength;
        var builder = new PacketBuilder(buffer[payloadStart..(size - Aead.TagLength)], _sentFrames);
        if (isMtuProbe) WritePing(ref builder);
        else WritePathFrames(now, path, size, ref builder);

        PacketHeader.WritePacketNumber(ref header, number, numberLength);
        space.TakeNumber();
        var packet = new UnsealedPacket
        {
            Space = space,
            Number = number,
            NumberOffset = numberOffset,
            NumberLength = numberLength,
            End = payloadStart + builder.Writer.Position + Aead.TagLength,
            Frames = builder.Frames,
            AckEliciting = true,
            IsMtuProbe = isMtuProbe,
        };
        _mark = path.Ecn.Mark;
        Seal(now, path, buffer, packet, size - packet.End);
        path.OnSent(size);
        if (isMtuProbe) path.Mtu.OnProbeSent(size);
        _recovery.SetLossDetectionTimer(now);
        if (path == _path) OnAmplificationLimitMoved(now);
        transmit = new(path.Path, size, size, _mark);
        return true;
    }

    /// <summary>A path whose connection ID the peer retired gets another; without one nothing can be sent along it.</summary>
    private bool TryFindIdFor(PathState path, out ConnectionId id)
    {
        id = _remoteIds.Current;
        if (path == _path || id.Length == 0 || _remoteIds.TryGet(path.RemoteIdSequence, out id)) return true;
        if (!_remoteIds.TryTake(out var sequence)) return false;
        path.RemoteIdSequence = sequence;
        return _remoteIds.TryGet(sequence, out id);
    }

    private void WritePathFrames(Timestamp now, PathState path, int size, ref PacketBuilder builder)
    {
        var responded = false;
        while (builder.HasRoom(PathFrameLength + 1) && path.TryTakeResponse(out var response))
        {
            WritePathFrame(ref builder, FrameType.PathResponse, response);
            responded = true;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3.3
        //# An endpoint that receives a PATH_CHALLENGE on an active path SHOULD send a
        //# non-probing packet in response.
        if (responded && path == _path) WritePing(ref builder);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
        //# an endpoint SHOULD NOT send multiple PATH_CHALLENGE frames in a single
        //# packet.
        if (path.Validation is not { ChallengePending: true } validation || !builder.HasRoom(PathFrameLength)) return;
        Span<byte> data = stackalloc byte[sizeof(ulong)];
        _endpoint.Options.Random(data);
        var challenge = BinaryPrimitives.ReadUInt64BigEndian(data);
        WritePathFrame(ref builder, FrameType.PathChallenge, challenge);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.4
        //# This timer SHOULD be set as described in Section 6.2.1 of [QUIC-RECOVERY] and MUST
        //# NOT be more aggressive.
        var interval = path == _path ? _recovery.PtoPeriod : new RttEstimator().Pto + _recovery.MaxAckDelay;
        validation.OnChallengeSent(now, interval, challenge, isSmall: size < MinDatagramSize);
        UpdatePathTimer();
    }

    private static void WritePing(ref PacketBuilder builder)
    {
        builder.Writer.WriteByte((byte)FrameType.Ping);
        builder.Record(new() { Type = FrameType.Ping });
    }

    private static void WritePathFrame(ref PacketBuilder builder, FrameType type, ulong data)
    {
        builder.Writer.WriteByte((byte)type);
        BinaryPrimitives.WriteUInt64BigEndian(builder.Writer.Free, data);
        builder.Writer.Advance(sizeof(ulong));
        builder.Record(new() { Type = type });
    }
}
