using System.ComponentModel;

namespace HyperGen.CompilerServices;

/// <summary>Matches segments such as <c>{name}.{extension?}</c> from right to left, each literal at its last place, as ASP.NET Core does.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
internal static class ComplexSegment
{
    /// <summary>What stands for a parameter in a pattern: no segment contains one.</summary>
    private const byte Parameter = (byte)'/';

    internal static bool Match(ReadOnlySpan<byte> segment, ReadOnlySpan<byte> pattern, bool isLastOptional, int start, Span<RouteRange> values)
    {
        if (MatchAll(segment, pattern, start, values))
        {
            return true;
        }
        if (!isLastOptional || segment.EndsWith("."u8))
        {
            return false;
        }
        ReadOnlySpan<byte> shorter = pattern[..^2];
        values[shorter.Count(Parameter)] = RouteRange.Absent;
        return MatchAll(segment, shorter, start, values);
    }

    /// <summary>Every parameter takes at least one byte, so the work is at most the product of the two lengths.</summary>
    private static bool MatchAll(ReadOnlySpan<byte> segment, ReadOnlySpan<byte> pattern, int start, Span<RouteRange> values)
    {
        int value = pattern.Count(Parameter);
        int end = segment.Length;
        bool isPending = false;
        for (int last = pattern.Length; last > 0;)
        {
            if (pattern[last - 1] == Parameter)
            {
                isPending = true;
                last--;
                continue;
            }
            int first = pattern[..last].LastIndexOf(Parameter) + 1;
            ReadOnlySpan<byte> literal = pattern[first..last];
            int limit = isPending ? end - 1 : end;
            int found = limit <= 0 ? -1 : RouteText.LastIndexOf(segment[..limit], literal);
            if (found < 0 || (last == pattern.Length && found + literal.Length != segment.Length))
            {
                return false;
            }
            if (isPending && !Take(found + literal.Length, end, start, values, ref value))
            {
                return false;
            }
            isPending = false;
            end = found;
            last = first;
        }
        return isPending ? Take(0, end, start, values, ref value) : end == 0;
    }

    private static bool Take(int from, int to, int start, Span<RouteRange> values, ref int value)
    {
        if (from >= to)
        {
            return false;
        }
        values[--value] = new RouteRange(start + from, to - from);
        return true;
    }
}
