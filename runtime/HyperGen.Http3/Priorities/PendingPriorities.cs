using HyperGen.Quic;

namespace HyperGen.Http3.Priorities;

/// <summary>The last PRIORITY_UPDATE of each stream that is yet to be opened.</summary>
internal struct PendingPriorities
{
    /// <summary>So many streams are remembered at most. A browser names one just before it opens it: more are only on their way when packets are lost.</summary>
    public const int Capacity = 32;

    /// <summary>Made when it is first needed, which for most clients is never.</summary>
    private Entry[]? _entries;

    /// <summary>How many streams are remembered.</summary>
    public int Count { get; private set; }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-7
    //# Servers SHOULD buffer the most recently received PRIORITY_UPDATE frame and apply it once the referenced stream is opened.

    /// <summary>Remembers a priority. False when it took the place of another for the same stream, or there was no room and it is forgotten.</summary>
    public bool TryAdd(StreamId id, PriorityParameters priority)
    {
        _entries ??= new Entry[Capacity];
        foreach (ref Entry entry in _entries.AsSpan(0, Count))
        {
            if (entry.Id == id)
            {
                entry = new Entry(id, priority);
                return false;
            }
        }
        if (Count == Capacity)
        {
            return false;
        }
        _entries[Count++] = new Entry(id, priority);
        return true;
    }

    /// <summary>Gives back what is remembered of a stream that has just been opened.</summary>
    public bool TryTake(StreamId id, out PriorityParameters priority)
    {
        for (int index = 0; index < Count; index++)
        {
            if (_entries![index].Id == id)
            {
                priority = _entries[index].Priority;
                _entries[index] = _entries[--Count];
                return true;
            }
        }
        priority = default;
        return false;
    }

    private readonly record struct Entry(StreamId Id, PriorityParameters Priority);
}
