namespace HyperGen.Quic.Paths;

/// <summary>
/// How large a path's datagrams may be: DPLPMTUD (RFC 8899, RFC 9000 section 14.3). The largest size allowed is tried first, because it nearly always fits;
/// only when it does not is the largest that does searched between the halves. A path that swallows what it once carried is a black hole: back to 1200.
/// </summary>
internal struct PathMtu(int cap)
{
    /// <summary>MAX_PROBES of RFC 8899 section 5.1.2.</summary>
    private const int MaxProbes = 3;

    /// <summary>A search that is this close is done.</summary>
    private const int Precision = 16;

    /// <summary>Larger packets lost in a row, with smaller ones acknowledged between, that make a black hole.</summary>
    private const int BlackHoleLosses = 6;

    /// <summary>How long a size that was too large stays so: 600 seconds as RFC 8899 section 5.1.1 says.</summary>
    private static readonly TimeSpan RaiseInterval = TimeSpan.FromMinutes(10);

    private int _cap = cap;
    private int _ceiling = cap;
    private int _probe;
    private int _failures;
    private int _lostInARow;
    private bool _smallerAcked;
    private Timestamp _raiseAt = Timestamp.Never;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.3
    //# Endpoints SHOULD set the initial value of BASE_PLPMTU (Section 5.1 of
    //# [DPLPMTUD]) to be consistent with QUIC's smallest allowed maximum datagram size.

    /// <summary>PLPMTU: what full-size datagrams have.</summary>
    public int Current { get; private set; } = Math.Min(Connection.MinDatagramSize, cap);

    /// <summary>The peer said how much it takes.</summary>
    public void Limit(int cap) => _cap = _ceiling = cap;

    /// <summary>The size to probe now; 0 when there is nothing to find out, or a probe is under way.</summary>
    public int NextProbe(Timestamp now)
    {
        if (_probe > 0) return 0;
        if (now >= _raiseAt)
        {
            _raiseAt = Timestamp.Never;
            _ceiling = _cap;
            _failures = 0;
        }

        if (_ceiling == Current || (_ceiling < _cap && _ceiling - Current < Precision)) return 0;
        return _ceiling == _cap ? _cap : (Current + _ceiling + 1) / 2;
    }

    public void OnProbeSent(int size) => _probe = size;

    public void OnProbeAcked(int size)
    {
        _probe = _failures = _lostInARow = 0;
        Current = Math.Max(Current, size);
    }

    public void OnProbeLost(Timestamp now, int size)
    {
        _probe = 0;
        if (++_failures < MaxProbes) return;
        _failures = 0;
        _ceiling = Math.Max(Current, size - 1);
        _raiseAt = now + RaiseInterval;
    }

    public void OnAcked(int size)
    {
        if (size > Connection.MinDatagramSize) _lostInARow = 0;
        else _smallerAcked = _lostInARow > 0;
    }

    /// <summary>A packet that was no probe was lost; whether the path turns out to be a black hole for its size.</summary>
    public bool OnLost(Timestamp now, int size)
    {
        if (size <= Connection.MinDatagramSize || Current <= Connection.MinDatagramSize) return false;
        if (++_lostInARow < BlackHoleLosses || !_smallerAcked) return false;
        OnBlackHole(now);
        return true;
    }

    /// <summary>Nothing of the current size gets through: back to what every path carries.</summary>
    public void OnBlackHole(Timestamp now)
    {
        Current = Math.Min(Current, Connection.MinDatagramSize);
        _ceiling = Current;
        _probe = _failures = _lostInARow = 0;
        _smallerAcked = false;
        _raiseAt = now + TimeSpan.FromMinutes(1);
    }
}
