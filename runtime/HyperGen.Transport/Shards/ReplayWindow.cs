using System.Buffers.Binary;

namespace HyperGen.Transport.Shards;

/// <summary>Remembers the ClientHellos whose early data was admitted, so that a replay of one is not (RFC 9846, section 8.2). Safe for all shards.</summary>
/// <remarks>
/// A hello is fresh for ten seconds either way, by its client's clock and ours, so it has to be remembered for twenty: two generations of twenty seconds do that. That
/// is judged when it is admitted, however long its handshake took to get there. What does not fit is not admitted, which costs its client a round trip.
///
/// Tickets themselves are not made single use: that takes a memory of all of them for the two hours of their lives, and wins nothing against replays of what was sent
/// with one. All listeners of an application share one window, because they share the keys of tickets.
/// </remarks>
internal sealed class ReplayWindow
{
    /// <summary>Entries of a generation: 2,500 resumptions with early data a second, in some 2 MB.</summary>
    public const int Capacity = 50_000;

    private const long Window = 20_000;

    private readonly Lock _lock = new();
    private readonly long _start;
    private HashSet<UInt128> _current = [];
    private HashSet<UInt128> _previous = [];
    private long _since;

    /// <param name="now">The wall-clock time in milliseconds since 1970.</param>
    public ReplayWindow(long now) => _start = _since = now;

    //= https://www.rfc-editor.org/rfc/rfc9001#section-9.2
    //# Endpoints MUST implement and use the replay protections described in [TLS13]

    /// <summary>Whether the hello was not seen before; from now on it was.</summary>
    /// <param name="binder">The binder of its pre-shared key, which no other genuine hello has.</param>
    /// <param name="issuedAt">When its ticket was issued, in milliseconds since 1970.</param>
    /// <param name="freshUntil">Until when the hello is fresh, in milliseconds since 1970.</param>
    /// <param name="now">The time.</param>
    public bool TryAdmit(ReadOnlySpan<byte> binder, long issuedAt, long freshUntil, long now)
    {
        if (now > freshUntil)
        {
            return false;
        }

        // What the process before this one has admitted is not known here: its tickets wait until no hello of its time is fresh any more.
        if (issuedAt < _start && now < _start + Window)
        {
            return false;
        }
        UInt128 key = BinaryPrimitives.ReadUInt128BigEndian(binder);
        lock (_lock)
        {
            if (now >= _since + Window || now < _since)
            {
                (_previous, _current) = (_current, _previous);
                _current.Clear();
                if (now >= _since + (2 * Window))
                {
                    _previous.Clear();
                }
                _since = now;
            }
            return !_previous.Contains(key) && _current.Count < Capacity && _current.Add(key);
        }
    }
}
