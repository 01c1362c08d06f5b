namespace HyperGen.Quic.Spaces;

/// <summary>
/// A set of integers as ascending, disjoint, non-adjacent ranges: packet numbers received, stream bytes received, acknowledged or lost. Additions arrive
/// nearly in order, so the end is looked at first. It grows to what it once held and is reused; its owner bounds <see cref="Count" />.
/// </summary>
internal sealed class RangeSet
{
    private Range64[] _ranges = [];

    public int Count { get; private set; }

    public bool IsEmpty => Count == 0;

    public Range64 this[int index] => _ranges[index];

    public void Clear() => Count = 0;

    /// <summary>Adds <paramref name="start" /> to <paramref name="end" /> (exclusive); the number of integers that were not in the set before.</summary>
    public long Add(long start, long end)
    {
        if (start >= end) return 0;

        // First range that touches or lies above the new one, and the first that lies wholly above it.
        var first = FirstEndingAtOrAfter(start);
        var last = first;
        long covered = 0;
        long mergedStart = start, mergedEnd = end;
        while (last < Count && _ranges[last].Start <= end)
        {
            var range = _ranges[last++];
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
            _ranges[first] = new(mergedStart, mergedEnd);
            RemoveAt(first + 1, last - first - 1);
        }

        return end - start - covered;
    }

    /// <summary>Removes <paramref name="start" /> to <paramref name="end" /> (exclusive).</summary>
    public void Remove(long start, long end)
    {
        var index = FirstEndingAtOrAfter(start + 1);
        while (index < Count && _ranges[index].Start < end)
        {
            var range = _ranges[index];
            if (range.Start < start && range.End > end)
            {
                _ranges[index] = new(range.Start, start);
                Insert(index + 1, new(end, range.End));
                return;
            }

            if (range.Start < start)
            {
                _ranges[index++] = new(range.Start, start);
            }
            else if (range.End > end)
            {
                _ranges[index] = new(end, range.End);
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
        return index < Count && _ranges[index].Start <= value;
    }

    /// <summary>Drops the lowest range.</summary>
    public void RemoveLowest() => RemoveAt(0, 1);

    private int FirstEndingAtOrAfter(long value)
    {
        if (Count == 0 || _ranges[Count - 1].End < value) return Count;
        int low = 0, high = Count - 1;
        if (high > 0 && _ranges[high - 1].End < value) return high;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].End < value) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void Insert(int index, Range64 range)
    {
        if (Count == _ranges.Length) Array.Resize(ref _ranges, Math.Max(4, Count * 2));
        Array.Copy(_ranges, index, _ranges, index + 1, Count - index);
        _ranges[index] = range;
        Count++;
    }

    private void RemoveAt(int index, int count)
    {
        if (count == 0) return;
        Array.Copy(_ranges, index + count, _ranges, index, Count - index - count);
        Count -= count;
    }
}
