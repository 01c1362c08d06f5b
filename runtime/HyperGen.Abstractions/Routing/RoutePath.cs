using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HyperGen.CompilerServices;

/// <summary>A path as the generated router walks it, segment by segment.</summary>
/// <remarks>
/// One slash at the end does not count, as in ASP.NET Core; an empty segment elsewhere does. A segment is named by where it starts. Where it
/// ends is one bit test away: the slashes of the first 64 bytes are a bit mask, made once with vector instructions, in which the end of the path
/// counts as a slash. Beyond 64 bytes the next slash is searched for.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct RoutePath
{
    private readonly ReadOnlySpan<byte> _path;
    private readonly ReadOnlySpan<byte> _text;
    private readonly ulong _slashes;

    /// <summary>Looks at a path once, to find its slashes and whether it is in lower case.</summary>
    /// <param name="path">The path, beginning with <c>/</c>.</param>
    /// <param name="hasUpperCase">Whether the path has an ASCII letter in upper case, so that it must be matched by a copy in lower case. Not kept: it is asked once.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RoutePath(ReadOnlySpan<byte> path, out bool hasUpperCase)
    {
        int end = path[^1] == '/' ? path.Length - 1 : path.Length;
        (ulong slashes, hasUpperCase) = Scan(path);
        _path = path;
        _text = path;
        _slashes = slashes | (end < 64 ? 1UL << end : 0);
        End = end;
    }

    /// <summary>The same path, with a copy in lower case to match by.</summary>
    /// <param name="path">The path as it came.</param>
    /// <param name="lower">Receives the copy; at least as long.</param>
    public RoutePath(RoutePath path, Span<byte> lower)
    {
        RouteText.ToLower(path._path, lower);
        this = path;
        _text = lower[..path._path.Length];
    }

    /// <summary>Where the path ends, without a slash at the end.</summary>
    public int End { get; }

    /// <summary>The path in lower case, without a slash at the end.</summary>
    public ReadOnlySpan<byte> Text => _text[..End];

    /// <summary>Whether the path may have no more segments than this: certain for one shorter than 64 bytes, whose slashes are all known.</summary>
    /// <param name="segments">The number of segments.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayHaveAtMost(int segments) => BitOperations.PopCount(_slashes) <= segments + 1;

    /// <summary>Whether no segment starts there, because the path has ended.</summary>
    /// <param name="start">Where a segment would start: one after where the one before ends.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsEnd(int start) => start > End;

    /// <summary>The length of a segment; -1 when the path has ended before it.</summary>
    /// <param name="start">Where the segment starts.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Length(int start)
    {
        ulong rest = start < 64 ? _slashes >> start : 0;
        return rest != 0 ? BitOperations.TrailingZeroCount(rest) : SearchLength(start);
    }

    /// <summary>Eight bytes from where a segment starts, as a little-endian number, in lower case: more than the segment where it is shorter, zero beyond the path, and anything where the segment has no byte.</summary>
    /// <param name="start">Where the segment starts.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Head(int start)
    {
        // A word that would reach past the end of the path is read from its last eight bytes and shifted, without a branch.
        if (_text.Length >= 8)
        {
            int at = Math.Min(start, _text.Length - 8);
            return RouteText.ReadWord(_text, at) >> ((start - at) << 3);
        }
        return ShortHead(start);
    }

    /// <summary>The first eight bytes of a segment, zero beyond its end.</summary>
    /// <param name="head">What <see cref="Head(int)"/> gave for it.</param>
    /// <param name="length">Its length, from <see cref="Length"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Only(ulong head, int length) => length > 0 ? head & (ulong.MaxValue >> (64 - (Math.Min(length, 8) << 3))) : 0;

    /// <summary>The last eight bytes of a segment as a little-endian number, in lower case; all of a shorter one.</summary>
    /// <param name="start">Where the segment starts.</param>
    /// <param name="length">Its length, from <see cref="Length"/>.</param>
    public ulong Tail(int start, int length) => length > 8 ? Word(start + length - 8) : Only(Head(start), length);

    /// <summary>Eight bytes of a segment that has them, as a little-endian number, in lower case.</summary>
    /// <param name="start">The first of the eight.</param>
    /// <exception cref="ArgumentOutOfRangeException">The path ends before.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Word(int start)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)(uint)start + 8, (ulong)(uint)_text.Length, nameof(start));
        return RouteText.ReadWord(_text, start);
    }

    /// <summary>Whether a segment is a literal.</summary>
    /// <param name="start">Where the segment starts.</param>
    /// <param name="length">Its length.</param>
    /// <param name="literal">The literal in lower case.</param>
    public bool Is(int start, int length, ReadOnlySpan<byte> literal) => length == literal.Length && _text.Slice(start, length).SequenceEqual(literal);

    /// <summary>The bytes of a segment as they came.</summary>
    /// <param name="start">Where the segment starts.</param>
    /// <param name="length">Its length.</param>
    public ReadOnlySpan<byte> Segment(int start, int length) => _path.Slice(start, length);

    /// <summary>The bytes of a route value as they came.</summary>
    /// <param name="range">Where it lies.</param>
    public ReadOnlySpan<byte> Value(RouteRange range) => _path.Slice(range.Start, range.Length);

    /// <summary>The path from a segment on, with a slash at the end where it has one.</summary>
    /// <param name="start">Where the segment starts.</param>
    public RouteRange Rest(int start) => new(start, _path.Length - start);

    /// <summary>Matches a segment in which literals and parameters are mixed.</summary>
    /// <param name="segment">Where the segment lies.</param>
    /// <param name="pattern">The literals in lower case, with a slash for each parameter.</param>
    /// <param name="isLastOptional">Whether the last parameter, and the period before it, may be left out.</param>
    /// <param name="values">Receives where the values lie, one for each parameter.</param>
    public bool Match(RouteRange segment, ReadOnlySpan<byte> pattern, bool isLastOptional, Span<RouteRange> values) =>
        ComplexSegment.Match(Value(segment), pattern, isLastOptional, segment.Start, values);

    private int SearchLength(int start)
    {
        if (start > End)
        {
            return -1;
        }
        int length = _path[start..End].IndexOf((byte)'/');
        return length >= 0 ? length : End - start;
    }

    private ulong ShortHead(int start) => start < _text.Length ? RouteText.LastWord(_text, start) : 0;

    /// <summary>One bit for each slash among the first 64 bytes, and whether any letter is in upper case. Blocks may overlap: a bit that is set twice stays set.</summary>
    /// <remarks>The vectors are used up before anything is called: what lives across a call is spilled.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Slashes, bool HasUpperCase) Scan(ReadOnlySpan<byte> path)
    {
        if (path.Length >= 32)
        {
            (ulong slashes, bool hasUpperCase) = Vector256.IsHardwareAccelerated ? ScanWide(path) : ScanNarrow(path);
            return (slashes, path.Length <= 64 ? hasUpperCase : hasUpperCase || HasUpperCaseBeyond(path));
        }
        if (path.Length >= 16)
        {
            int last = path.Length - 16;
            Vector128<byte> first16 = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(path));
            Vector128<byte> last16 = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(path), (nuint)last);
            return (Slashes(first16) | ((ulong)Slashes(last16) << last), HasUpperCase(Vector128.Min(Shifted(first16), Shifted(last16))));
        }
        Vector128<byte> few = Few(path);
        uint bits = Slashes(few);
        return ((bits & 0xFF) | ((bits >> 8) << Math.Max(path.Length - 8, 0)), HasUpperCase(Shifted(few)));
    }

    /// <summary>The first 64 bytes of a path of 32 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (ulong Slashes, bool HasUpperCase) ScanWide(ReadOnlySpan<byte> path)
    {
        int last = Math.Min(path.Length, 64) - 32;
        Vector256<byte> first32 = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(path));
        Vector256<byte> last32 = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(path), (nuint)last);
        return (Slashes(first32) | ((ulong)Slashes(last32) << last), HasUpperCase(Vector256.Min(Shifted(first32), Shifted(last32))));
    }

    /// <summary>The same in blocks of 16: what NativeAOT assumes, unless it is told otherwise, has no wider ones, and halves of wide ones are compared one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (ulong Slashes, bool HasUpperCase) ScanNarrow(ReadOnlySpan<byte> path)
    {
        int last = Math.Min(path.Length, 64) - 32;
        ref byte start = ref MemoryMarshal.GetReference(path);
        Vector128<byte> first = Vector128.LoadUnsafe(ref start);
        Vector128<byte> second = Vector128.LoadUnsafe(ref start, 16);
        Vector128<byte> third = Vector128.LoadUnsafe(ref start, (nuint)last);
        Vector128<byte> fourth = Vector128.LoadUnsafe(ref start, (nuint)last + 16);
        return (
            Slashes(first) | ((ulong)Slashes(second) << 16) | ((Slashes(third) | ((ulong)Slashes(fourth) << 16)) << last),
            HasUpperCase(Vector128.Min(Vector128.Min(Shifted(first), Shifted(second)), Vector128.Min(Shifted(third), Shifted(fourth)))));
    }

    private static bool HasUpperCaseBeyond(ReadOnlySpan<byte> path) => path[64..].ContainsAnyInRange((byte)'A', (byte)'Z');

    /// <summary>Fewer than sixteen bytes: two words that may overlap make one block.</summary>
    private static Vector128<byte> Few(ReadOnlySpan<byte> path) =>
        Vector128.Create(RouteText.Word(path, 0), RouteText.Word(path, Math.Max(path.Length - 8, 0))).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Slashes(Vector256<byte> block) => Vector256.Equals(block, Vector256.Create((byte)'/')).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Slashes(Vector128<byte> block) => Vector128.Equals(block, Vector128.Create((byte)'/')).ExtractMostSignificantBits();

    // 'A' is moved to the least signed byte, so that letters in upper case are the least of all: one comparison with the minimum of several blocks tells.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Shifted(Vector256<byte> block) => block.AsSByte() + Vector256.Create((sbyte)(128 - 'A'));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Shifted(Vector128<byte> block) => block.AsSByte() + Vector128.Create((sbyte)(128 - 'A'));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasUpperCase(Vector256<sbyte> shifted) => Vector256.LessThanAny(shifted, Vector256.Create((sbyte)('Z' - 'A' + 1 - 128)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasUpperCase(Vector128<sbyte> shifted) => Vector128.LessThanAny(shifted, Vector128.Create((sbyte)('Z' - 'A' + 1 - 128)));
}
