using HyperGen.Quic;

namespace HyperGen.Transport.Shards;

/// <summary>Something that wants to be called at a time. Its owner derives from it, so that the heap needs no table to find it.</summary>
internal abstract class TimerEntry
{
    /// <summary>The place in the heap; -1 when the timer is not set.</summary>
    internal int HeapIndex { get; set; } = -1;

    /// <summary>When it is due.</summary>
    public Timestamp Due { get; internal set; } = Timestamp.Never;
}

/// <summary>
/// The timers of a shard: a heap of four children a node, half as deep as a binary one. Setting a timer that moved little costs little, which is
/// what a connection does after nearly every datagram.
/// </summary>
internal sealed class TimerHeap
{
    private TimerEntry[] _entries = new TimerEntry[64];

    /// <summary>How many timers are set.</summary>
    public int Count { get; private set; }

    /// <summary>When the first timer is due.</summary>
    public Timestamp Next => Count == 0 ? Timestamp.Never : _entries[0].Due;

    /// <summary>Sets, moves or (with <see cref="Timestamp.Never"/>) clears a timer.</summary>
    public void Set(TimerEntry entry, Timestamp due)
    {
        if (entry.HeapIndex < 0)
        {
            if (due.IsNever)
            {
                return;
            }
            if (Count == _entries.Length)
            {
                Array.Resize(ref _entries, Count * 2);
            }
            entry.Due = due;
            Place(entry, Count++);
            MoveUp(entry);
            return;
        }
        if (due.IsNever)
        {
            Remove(entry);
            return;
        }
        bool isEarlier = due < entry.Due;
        entry.Due = due;
        if (isEarlier)
        {
            MoveUp(entry);
        }
        else
        {
            MoveDown(entry);
        }
    }

    /// <summary>Clears and returns the first timer that is due; null when none is.</summary>
    public TimerEntry? TakeDue(Timestamp now)
    {
        if (Count == 0 || _entries[0].Due > now)
        {
            return null;
        }
        TimerEntry entry = _entries[0];
        Remove(entry);
        return entry;
    }

    private void Remove(TimerEntry entry)
    {
        int hole = entry.HeapIndex;
        entry.HeapIndex = -1;
        entry.Due = Timestamp.Never;
        TimerEntry last = _entries[--Count];
        _entries[Count] = null!;
        if (hole == Count)
        {
            return;
        }
        Place(last, hole);
        MoveUp(last);
        MoveDown(last);
    }

    private void MoveUp(TimerEntry entry)
    {
        int index = entry.HeapIndex;
        while (index > 0 && entry.Due < _entries[(index - 1) / 4].Due)
        {
            Place(_entries[(index - 1) / 4], index);
            index = (index - 1) / 4;
        }
        Place(entry, index);
    }

    private void MoveDown(TimerEntry entry)
    {
        int index = entry.HeapIndex;
        while (true)
        {
            int first = index * 4 + 1;
            if (first >= Count)
            {
                break;
            }
            int earliest = first;
            for (int child = first + 1; child < Math.Min(first + 4, Count); child++)
            {
                if (_entries[child].Due < _entries[earliest].Due)
                {
                    earliest = child;
                }
            }
            if (_entries[earliest].Due >= entry.Due)
            {
                break;
            }
            Place(_entries[earliest], index);
            index = earliest;
        }
        Place(entry, index);
    }

    private void Place(TimerEntry entry, int index)
    {
        _entries[index] = entry;
        entry.HeapIndex = index;
    }
}
