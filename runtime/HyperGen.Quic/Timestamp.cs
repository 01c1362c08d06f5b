namespace HyperGen.Quic;

/// <summary>
/// An instant on the caller's monotonic clock, in ticks of 100 ns from an origin of the caller's choosing. The transport never reads a clock:
/// every <c>Handle*</c> and <c>Try*</c> method that needs the time is given it, and time given to one connection never goes backwards.
/// </summary>
/// <param name="Ticks">100 ns units since the caller's origin.</param>
internal readonly record struct Timestamp(long Ticks) : IComparable<Timestamp>
{
    /// <summary>Later than every instant: a timer that is not armed.</summary>
    public static Timestamp Never => new(long.MaxValue);

    /// <summary>Whether this is a timer that is not armed.</summary>
    public bool IsNever => Ticks == long.MaxValue;

    /// <inheritdoc />
    public int CompareTo(Timestamp other) => Ticks.CompareTo(other.Ticks);

    /// <summary>The earlier of two instants.</summary>
    public static Timestamp Min(Timestamp left, Timestamp right) => left.Ticks <= right.Ticks ? left : right;

    /// <summary>The later of two instants.</summary>
    public static Timestamp Max(Timestamp left, Timestamp right) => left.Ticks >= right.Ticks ? left : right;

    /// <summary>The instant <paramref name="duration" /> later; saturates at <see cref="Never" />.</summary>
    public static Timestamp operator +(Timestamp instant, TimeSpan duration)
    {
        var ticks = unchecked(instant.Ticks + duration.Ticks);
        return duration.Ticks >= 0 && ticks < instant.Ticks ? Never : new(ticks);
    }

    /// <summary>The instant <paramref name="duration" /> earlier.</summary>
    public static Timestamp operator -(Timestamp instant, TimeSpan duration) => new(instant.Ticks - duration.Ticks);

    /// <summary>The time that passed between two instants.</summary>
    public static TimeSpan operator -(Timestamp later, Timestamp earlier) => new(later.Ticks - earlier.Ticks);

    /// <summary>Whether the left instant is earlier.</summary>
    public static bool operator <(Timestamp left, Timestamp right) => left.Ticks < right.Ticks;

    /// <summary>Whether the left instant is later.</summary>
    public static bool operator >(Timestamp left, Timestamp right) => left.Ticks > right.Ticks;

    /// <summary>Whether the left instant is not later.</summary>
    public static bool operator <=(Timestamp left, Timestamp right) => left.Ticks <= right.Ticks;

    /// <summary>Whether the left instant is not earlier.</summary>
    public static bool operator >=(Timestamp left, Timestamp right) => left.Ticks >= right.Ticks;
}
