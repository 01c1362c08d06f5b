using System.Buffers.Binary;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>The path in use, the peer's moves, and the connection IDs that make them possible: RFC 9000 sections 5.1, 8.2 and 9.</summary>
internal sealed partial class Connection
{
    /// <summary>PATH_CHALLENGE frames answered in one go; a flood of them is not worth a flood of answers.</summary>
    private const int MaxPathResponses = 4;

    private const int PathFrameLength = 1 + sizeof(ulong);

    private readonly ulong[] _pathResponses = new ulong[MaxPathResponses];
    private int _pathResponseCount;

    private bool HasPathFrames => _pathResponseCount > 0 || _path.ChallengePending;

    private TransportError HandlePathFrame(Timestamp now, FrameType type, ref WireReader reader)
    {
        if (!reader.TryReadBytes(sizeof(ulong), out var bytes)) return TransportError.Malformed(type);
        var data = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        if (type == FrameType.PathChallenge)
        {
            if (_pathResponseCount < MaxPathResponses) _pathResponses[_pathResponseCount++] = data;
        }
        else if (_path.ChallengeOutstanding && data == _path.Challenge)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.3
            //# Path validation succeeds when a PATH_RESPONSE frame is received that
            //# contains the data that was sent in a previous PATH_CHALLENGE frame.
            _path.ChallengeOutstanding = _path.ChallengePending = false;
            _path.IsValidated = true;
            OnAmplificationLimitMoved(now);
        }

        return TransportError.None;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3
    //# If the recipient permits the migration, it MUST send subsequent packets
    //# to the new peer address and MUST initiate path validation

    /// <summary>A packet that is newer than all others, and not a mere probe, came from elsewhere: a rebound NAT or a moved client.</summary>
    private void OnPeerMigrated(Timestamp now, in NetworkPath path)
    {
        if (Role == Role.Client || !_recovery.HandshakeConfirmed) return;
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        _endpoint.Options.Random(random);
        _path = new PathState(path, validated: false)
        {
            Challenge = BinaryPrimitives.ReadUInt64BigEndian(random),
            ChallengeOutstanding = true,
            ChallengePending = true,
        };
        _path.OnReceived(MinDatagramSize);
        _remoteIds.TrySwitch();
        OnAmplificationLimitMoved(now);
    }

    /// <summary>Writes path frames; whether there were any, for their datagram has to be of full size.</summary>
    private bool WritePathFrames(ref PacketBuilder builder)
    {
        var wrote = false;
        while (_pathResponseCount > 0 && builder.HasRoom(PathFrameLength))
        {
            WritePathFrame(ref builder, FrameType.PathResponse, _pathResponses[--_pathResponseCount]);
            wrote = true;
        }

        if (_path.ChallengePending && builder.HasRoom(PathFrameLength))
        {
            _path.ChallengePending = false;
            WritePathFrame(ref builder, FrameType.PathChallenge, _path.Challenge);
            wrote = true;
        }

        return wrote;
    }

    private static void WritePathFrame(ref PacketBuilder builder, FrameType type, ulong data)
    {
        builder.Writer.WriteByte((byte)type);
        BinaryPrimitives.WriteUInt64BigEndian(builder.Writer.Free, data);
        builder.Writer.Advance(sizeof(ulong));
        builder.Record(new() { Type = type });
    }

    /// <summary>Gives the peer as many connection IDs as both sides allow, so that it can move without being followed.</summary>
    private void IssueConnectionIds()
    {
        if (_remote is null || _endpoint.Options.ConnectionIdLength == 0) return;
        while (_localIds.Count < Math.Min(LocalConnectionIds.MaxActive, _remote.ActiveConnectionIdLimit))
        {
            var id = _endpoint.DrawConnectionId();
            _endpoint.Add(id, this);
            _localIds.AddPending(id);
        }
    }
}
