namespace HyperGen.Quic.Simulation;

/// <summary>What both ends of a run send each other: how many streams of each kind each end opens, and what becomes of each of them.</summary>
internal sealed record Plan
{
    private static readonly byte[] Bytes = CreateBytes();

    /// <summary>A prime, so that the bytes of two streams, or of two offsets a power of two apart, differ.</summary>
    private const int Period = 65_521;

    private const int MaxSpan = 8192;

    public required ulong Seed { get; init; }

    /// <summary>Streams that each end opens.</summary>
    public required int Bidirectional { get; init; }

    public required int Unidirectional { get; init; }

    /// <summary>How many of its own streams an end has open at a time.</summary>
    public required int Concurrency { get; init; }

    /// <summary>The most bytes of one direction of a stream.</summary>
    public required int MaxSize { get; init; }

    /// <summary>The chance that one end gives a stream up half way.</summary>
    public double Aborts { get; init; }

    /// <summary>When not zero, readers take a little this often rather than all at once.</summary>
    public TimeSpan ReadInterval { get; init; }

    /// <summary>Streams of both ends.</summary>
    public int Total => 2 * (Bidirectional + Unidirectional);

    /// <summary>The most bytes that one end writes.</summary>
    public long MaxBytes => (2L * Bidirectional * MaxSize) + ((long)Unidirectional * MaxSize);

    /// <summary>What a stream carries, seen from either end alike.</summary>
    public StreamPlan this[StreamId id]
    {
        get
        {
            var random = new SeededRandom(Seed ^ ((ulong)id.Value * 0x9E37_79B9));
            random.Next();
            var fromInitiator = random.Below(MaxSize + 1);
            var fromResponder = id.IsUnidirectional ? 0 : random.Below(MaxSize + 1);
            var abort = random.Chance(Aborts) && fromInitiator > 0
                ? random.Chance(0.5) ? Abort.ByInitiator : Abort.ByResponder
                : Abort.None;
            return new(fromInitiator, fromResponder, abort, abort == Abort.None ? 0 : random.Below(fromInitiator), 0x40 + (id.Value & 0x3f));
        }
    }

    /// <summary>The bytes of a stream from an offset on; at most <paramref name="length" />, and never none.</summary>
    public static ReadOnlySpan<byte> BytesAt(StreamId id, bool fromInitiator, long offset, int length)
    {
        var start = ((id.Value * 7919) + (fromInitiator ? 0 : 104_729) + offset) % Period;
        return Bytes.AsSpan((int)start, Math.Min(length, MaxSpan));
    }

    private static byte[] CreateBytes()
    {
        var bytes = new byte[Period + MaxSpan];
        new SeededRandom(7).Fill(bytes.AsSpan(0, Period));
        bytes.AsSpan(0, MaxSpan).CopyTo(bytes.AsSpan(Period));
        return bytes;
    }
}

/// <summary>Who gives a stream up.</summary>
internal enum Abort : byte
{
    None,
    ByInitiator,
    ByResponder,
}

/// <summary>What one stream carries.</summary>
/// <param name="FromInitiator">Bytes from the end that opens it.</param>
/// <param name="FromResponder">Bytes from the other; 0 on a unidirectional stream.</param>
/// <param name="Abort">Who gives it up.</param>
/// <param name="AbortAt">After how many bytes of the initiator's.</param>
/// <param name="ErrorCode">With which error.</param>
internal readonly record struct StreamPlan(int FromInitiator, int FromResponder, Abort Abort, int AbortAt, long ErrorCode);
