using System.Runtime.CompilerServices;

namespace HyperGen.Quic.Paths;

/// <summary>
/// The validation of one path (RFC 9000 section 8.2): challenges sent at growing distances, each with data of its own, until one is answered or time is up.
/// </summary>
internal sealed class PathValidation(TimeSpan pto)
{
    /// <summary>Challenges whose answers still count; older ones were answered long ago or never will be.</summary>
    private const int Remembered = 4;

    private Challenges _challenges;
    private int _sent;
    private int _sentSinceBegun;

    /// <summary>A challenge is to be sent.</summary>
    public bool ChallengePending { get; private set; } = true;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.4
    //# A value of three times the larger of the
    //# current PTO or the PTO for the new path (using kInitialRtt, as defined
    //# in QUIC-RECOVERY) is RECOMMENDED.

    /// <summary>When the path is given up, counted from the first challenge: until one could be sent, nothing is known of the path.</summary>
    public Timestamp Deadline { get; private set; } = Timestamp.Never;

    /// <summary>When the first challenge left; never before it has.</summary>
    public Timestamp Begun { get; private set; } = Timestamp.Never;

    /// <summary>When the next challenge is due if none is answered.</summary>
    public Timestamp NextChallenge { get; private set; } = Timestamp.Never;

    /// <summary>Whether all challenges so far were too small to show that the path carries datagrams of 1200 bytes.</summary>
    public bool IsSmall { get; private set; }

    /// <summary>Whether nothing more is sent. What was sent may still be answered.</summary>
    public bool IsAbandoned { get; private set; }

    public void Abandon()
    {
        IsAbandoned = true;
        Deadline = NextChallenge = Timestamp.Never;
        ChallengePending = false;
    }

    /// <summary>Begins again: an answer to what was sent before still counts, for it may take the peer longer than a validation lasts to send one.</summary>
    public void Resume()
    {
        IsAbandoned = false;
        _sentSinceBegun = 0;
        ChallengePending = true;
    }

    public void OnTimeout(Timestamp now)
    {
        if (now < NextChallenge) return;
        NextChallenge = Timestamp.Never;
        ChallengePending = true;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
    //# The endpoint MUST use unpredictable data in every PATH_CHALLENGE frame so that
    //# it can associate the peer's response with the corresponding PATH_CHALLENGE.

    /// <param name="now">The time.</param>
    /// <param name="interval">The probe timeout of the path: the next challenge waits at least as long as an Initial packet's repetition would.</param>
    /// <param name="data">The challenge's unpredictable data.</param>
    /// <param name="isSmall">Whether its datagram is smaller than 1200 bytes.</param>
    public void OnChallengeSent(Timestamp now, TimeSpan interval, ulong data, bool isSmall)
    {
        if (_sentSinceBegun == 0) (Begun, Deadline) = (now, now + (3 * pto));
        _challenges[_sent % Remembered] = data;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
        //# An endpoint SHOULD NOT probe a new path with packets containing a
        //# PATH_CHALLENGE frame more frequently than it would send an Initial packet.
        NextChallenge = now + (interval * (1 << Math.Min(_sentSinceBegun, 4)));
        _sent++;
        _sentSinceBegun++;
        ChallengePending = false;
        IsSmall = isSmall;
    }

    /// <summary>Whether <paramref name="data" /> answers one of the challenges.</summary>
    public bool IsAnsweredBy(ulong data)
    {
        for (var i = 0; i < Math.Min(_sent, Remembered); i++)
        {
            if (_challenges[i] == data) return true;
        }

        return false;
    }

    [InlineArray(Remembered)]
    private struct Challenges
    {
        private ulong _first;
    }
}
