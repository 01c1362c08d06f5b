using HyperGen.Quic.Admission;
using HyperGen.Quic.Frames;

namespace HyperGen.Quic;

/// <summary>
/// What a peer does that is allowed, costs us work and leads nowhere: a little of it is normal, much of it is an attack (RFC 9000 section 21.9).
/// </summary>
internal sealed partial class Connection
{
    /// <summary>Glitches a second that are forgiven.</summary>
    private const int GlitchesPerSecond = 330;

    /// <summary>Glitches at once that are forgiven: what a lossy path and a client that gives up hundreds of requests can come to.</summary>
    private const int GlitchBurst = 10_000;

    private RateLimit _glitches = new(GlitchesPerSecond, GlitchBurst);
    private int _packetGlitches;

    /// <summary>Frames that make us work whatever they say. Real peers send few of them.</summary>
    private static bool IsGlitch(FrameType type) => type is FrameType.Ping or FrameType.PathChallenge or FrameType.NewConnectionId
        or FrameType.RetireConnectionId or FrameType.ResetStream or FrameType.StopSending or FrameType.NewToken;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.9
    //# While there are legitimate uses for all messages, implementations
    //# SHOULD track cost of processing relative to progress and treat
    //# excessive quantities of any non-productive packets as indicative of
    //# an attack.

    /// <summary>Charges what the frames of a packet came to.</summary>
    private void SettleGlitches(Timestamp now)
    {
        var cost = _packetGlitches + _streams.TakeGlitches();
        _packetGlitches = 0;
        if (cost == 0 || _glitches.TryTake(now, cost)) return;

        // There is no code for it. nginx closes such a connection with NO_ERROR, which invites the peer to come again at once; RFC 9000 section 11 lets
        // PROTOCOL_VIOLATION stand for whatever has no code of its own.
        Close(now, TransportError.Of(TransportErrorCode.ProtocolViolation, "Too many frames led nowhere."));
    }
}
