using System.Runtime.InteropServices;

namespace HyperGen.Quic.Spaces;

/// <summary>
/// A set of integers as ascending, disjoint, non-adjacent ranges: packet numbers received, stream bytes received, acknowledged or lost. Additions arrive
/// nearly in order, so the end is looked at first. Most sets never hold more than one range, which needs no array; one that did keeps its array and is reused.
/// Its owner, of which it is a part, bounds <see cref="Count" />.
/// </summary>
internal struct RangeSet
{
    private Range64 _only;
    private Range64[]? _many;

    public int Count { readonly get; private set; }

    public readonly bool IsEmpty => Count == 0;

    public readonly Range64 this[int index] => _many is null ? _only : _many[index];

    private Span<Range64> Ranges => _many ?? MemoryMarshal.CreateSpan(ref _only, 1);

    public void Clear() => Count = 0;

    /// <summary>Gives an array up that is not needed now.</summary>
    public void Shrink()
    {
        if (_many is null || Count > 1) return;
        _only = _many[0];
        _many = null;
    }

    /// <summary>Adds <paramref name="start" /> to <paramref name="end" /> (exclusive); the number of integers that were not in the set before.</summary>
    public long Add(long start, long end)
    {
        if (start >= end) return 0;
        var ranges = Ranges;

        // First range that touches or lies above the new one, and the first that lies wholly above it.
        var first = FirstEndingAtOrAfter(start);
        var last = first;
        long covered = 0;
        long mergedStart = start, mergedEnd = end;
        while (last < Count && ranges[last].Start <= end)
        {
            var range = ranges[last++];
            covered += Math.Max(0, Math.Min(end, range.End) - Math.Max(start, range.Start));
            mergedStart = Math.Min(mergedStart, range.Start);
            mergedEnd = Math.Max(mergedEnd, range.End);
        }

        if (last == first)
        {
            Insert(first, new(start, end));
        }
        else
        {
            ranges[first] = new(mergedStart, mergedEnd);
            RemoveAt(first + 1, last - first - 1);
        }

        return end - start - covered;
    }

    /// <summary>Removes <paramref name="start" /> to <paramref name="end" /> (exclusive).</summary>
    public void Remove(long start, long end)
    {
        var ranges = Ranges;
        var index = FirstEndingAtOrAfter(start + 1);
        while (index < Count && ranges[index].Start < end)
        {
            var range = ranges[index];
            if (range.Start < start && range.End > end)
            {
                ranges[index] = new(range.Start, start);
                Insert(index + 1, new(end, range.End));
                return;
            }

            if (range.Start < start)
            {
                ranges[index++] = new(range.Start, start);
            }
            else if (range.End > end)
            {
                ranges[index] = new(end, range.End);
                return;
            }
            else
            {
                RemoveAt(index, 1);
            }
        }
    }

    public bool Contains(long value)
    {
        var index = FirstEndingAtOrAfter(value + 1);
        return index < Count && Ranges[index].Start <= value;
    }

    /// <summary>Drops the lowest range.</summary>
    public void RemoveLowest() => RemoveAt(0, 1);

    private int FirstEndingAtOrAfter(long value)
    {
        var ranges = Ranges;
        if (Count == 0 || ranges[Count - 1].End < value) return Count;
        int low = 0, high = Count - 1;
        if (high > 0 && ranges[high - 1].End < value) return high;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ranges[middle].End < value) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void Insert(int index, Range64 range)
    {
        if (Count == Ranges.Length)
        {
            var larger = new Range64[Math.Max(4, Count * 2)];
            Ranges[..Count].CopyTo(larger);
            _many = larger;
        }

        var ranges = Ranges;
        ranges[index..Count].CopyTo(ranges[(index + 1)..]);
        ranges[index] = range;
        Count++;
    }

    private void RemoveAt(int index, int count)
    {
        if (count == 0) return;
        Ranges[(index + count)..Count].CopyTo(Ranges[index..]);
        Count -= count;
    }
}
