using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace HyperGen.Transport.Shards;

/// <summary>
/// What other threads tell a shard: a bounded ring that any thread may put into and only the shard takes from, without locks. The shard is woken
/// once for all that was put in while it slept, and not at all while it runs.
/// </summary>
/// <remarks>
/// Each slot has a sequence number that says whose turn it is (Vyukov's bounded queue): equal to a position, it is free for the producer that claims
/// that position; one more, it is full for the consumer; a lap later it is free again. The payload is published by the write of the sequence.
/// </remarks>
internal sealed class Inbox<T>
    where T : class
{
    private readonly Slot[] _slots;
    private readonly Waker _waker;
    private PaddedPosition _head;
    private PaddedPosition _tail;

    /// <param name="capacity">The most items waiting, rounded up to a power of two.</param>
    /// <param name="waker">Wakes the shard.</param>
    public Inbox(int capacity, Waker waker)
    {
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        for (int index = 0; index < _slots.Length; index++)
        {
            _slots[index].Sequence = index;
        }
        _waker = waker;
    }

    /// <summary>Whether there is nothing to take. Only the shard asks.</summary>
    public bool IsEmpty
    {
        get
        {
            long position = _head.Value;
            return Volatile.Read(ref _slots[position & (_slots.Length - 1)].Sequence) != position + 1;
        }
    }

    /// <summary>Puts an item in, from any thread; false when the ring is full. Never blocks.</summary>
    public bool TryPut(T item)
    {
        long position = Volatile.Read(ref _tail.Value);
        while (true)
        {
            ref Slot slot = ref _slots[position & (_slots.Length - 1)];
            long difference = Volatile.Read(ref slot.Sequence) - position;
            if (difference < 0)
            {
                return false;
            }
            if (difference > 0)
            {
                position = Volatile.Read(ref _tail.Value);
                continue;
            }
            long seen = Interlocked.CompareExchange(ref _tail.Value, position + 1, position);
            if (seen == position)
            {
                slot.Item = item;
                Volatile.Write(ref slot.Sequence, position + 1);
                _waker.Wake();
                return true;
            }
            position = seen;
        }
    }

    /// <summary>Takes the next item. Only the shard takes.</summary>
    public bool TryTake([NotNullWhen(true)] out T? item)
    {
        long position = _head.Value;
        ref Slot slot = ref _slots[position & (_slots.Length - 1)];
        if (Volatile.Read(ref slot.Sequence) != position + 1)
        {
            item = null;
            return false;
        }
        item = slot.Item!;
        slot.Item = null;
        Volatile.Write(ref slot.Sequence, position + _slots.Length);
        _head.Value = position + 1;
        return true;
    }

    private struct Slot
    {
        public long Sequence;
        public T? Item;
    }
}
