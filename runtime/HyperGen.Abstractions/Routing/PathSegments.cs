using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HyperGen.CompilerServices;

/// <summary>A path cut at its slashes. One slash at the end does not count, as in ASP.NET Core; an empty segment elsewhere does.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct PathSegments
{
    private readonly ReadOnlySpan<byte> _path;
    private readonly ReadOnlySpan<int> _slashes;

    /// <summary>Cuts a path.</summary>
    /// <param name="path">The path, beginning with <c>/</c>.</param>
    /// <param name="slashes">Receives where the slashes are, and the end; its length less one is the most segments that are told apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PathSegments(ReadOnlySpan<byte> path, Span<int> slashes)
    {
        _path = path;
        _slashes = slashes;
        Count = Cut(path, slashes);
    }

    /// <summary>The number of segments. When there are more than fit it is the number that fit, and the last one ends too early.</summary>
    public int Count { get; }

    /// <summary>The bytes of a segment.</summary>
    /// <param name="index">Which, counted from 0.</param>
    public ReadOnlySpan<byte> this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _path.Slice(_slashes[index] + 1, Length(index));
    }

    /// <summary>The number of bytes of a segment.</summary>
    /// <param name="index">Which, counted from 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Length(int index) => _slashes[index + 1] - _slashes[index] - 1;

    /// <summary>Where a segment lies in the path.</summary>
    /// <param name="index">Which, counted from 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RouteRange Range(int index) => new(_slashes[index] + 1, Length(index));

    /// <summary>Where the path lies from a segment to its end, a slash at the end included.</summary>
    /// <param name="index">Which, counted from 0.</param>
    public RouteRange RestRange(int index) => new(_slashes[index] + 1, _path.Length - _slashes[index] - 1);

    /// <summary>The bytes from a segment to the end of the path, a slash at the end included.</summary>
    /// <param name="index">Which, counted from 0.</param>
    public ReadOnlySpan<byte> Rest(int index) => _path[(_slashes[index] + 1)..];

    /// <summary>The bytes of a route value.</summary>
    /// <param name="range">Where it lies.</param>
    public ReadOnlySpan<byte> Value(RouteRange range) => _path.Slice(range.Start, range.Length);

    /// <summary>The first eight bytes of a segment as a number, in lower case.</summary>
    /// <param name="index">Which, counted from 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Head(int index) => RouteText.Word(_path, _slashes[index] + 1, Length(index));

    /// <summary>The last eight bytes of a segment as a number, in lower case.</summary>
    /// <param name="index">Which, counted from 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Tail(int index) => RouteText.Word(_path, Math.Max(_slashes[index] + 1, _slashes[index + 1] - 8), Length(index));

    /// <summary>Whether a segment is a literal but for the case of ASCII letters.</summary>
    /// <param name="index">Which, counted from 0.</param>
    /// <param name="literal">The literal, its ASCII letters in lower case.</param>
    public bool Is(int index, ReadOnlySpan<byte> literal) => RouteText.Equals(this[index], literal);

    /// <summary>Matches a segment in which literals and parameters are mixed.</summary>
    /// <param name="index">Which, counted from 0.</param>
    /// <param name="pattern">The literals in lower case, with a slash for each parameter.</param>
    /// <param name="isLastOptional">Whether the last parameter, and the period before it, may be left out.</param>
    /// <param name="values">Receives where the values lie, one for each parameter.</param>
    public bool Match(int index, ReadOnlySpan<byte> pattern, bool isLastOptional, Span<RouteRange> values) =>
        ComplexSegment.Match(this[index], pattern, isLastOptional, _slashes[index] + 1, values);

    private static int Cut(ReadOnlySpan<byte> path, Span<int> slashes)
    {
        int end = path.Length > 0 && path[^1] == '/' ? path.Length - 1 : path.Length;
        int count = 0;
        slashes[0] = 0;
        for (int block = 1; block < end && count + 1 < slashes.Length; block += 16)
        {
            for (uint bits = Slashes(path, block, end); bits != 0; bits &= bits - 1)
            {
                if (count + 1 >= slashes.Length)
                {
                    return count;
                }
                slashes[++count] = block + BitOperations.TrailingZeroCount(bits);
            }
        }
        if (end > 0 && count + 1 < slashes.Length)
        {
            slashes[++count] = end;
        }
        return count;
    }

    /// <summary>One bit for each slash of sixteen bytes of the path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Slashes(ReadOnlySpan<byte> path, int start, int end)
    {
        if (start + 16 <= end)
        {
            return Vector128.Equals(Vector128.Create(path.Slice(start, 16)), Vector128.Create((byte)'/')).ExtractMostSignificantBits();
        }
        if (end >= 16)
        {
            return Vector128.Equals(Vector128.Create(path.Slice(end - 16, 16)), Vector128.Create((byte)'/')).ExtractMostSignificantBits() >> (start + 16 - end);
        }
        uint bits = 0;
        for (int i = start; i < end; i++)
        {
            bits |= path[i] == '/' ? 1u << (i - start) : 0;
        }
        return bits;
    }
}
