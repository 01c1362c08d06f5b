using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace HyperGen.Transport.Shards;

/// <summary>
/// What other threads tell a shard: a bounded ring that any thread may put into and only the shard takes from, without locks. The shard is woken
/// once for all that was put in while it slept, and not at all while it runs.
/// </summary>
/// <remarks>
/// Nobody ever waits for room: whoever will put something in reserves a place for it first, when the work is admitted, and has the item in the ring at
/// most once at a time. Where there is no place the work is not begun, so overload is felt by peers, not by threads.
///
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
    private PaddedPosition _reserved;

    /// <param name="capacity">The places there are at least: the ring's size is the power of two above it.</param>
    /// <param name="waker">Wakes the shard.</param>
    public Inbox(int capacity, Waker waker)
    {
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)capacity + 1)];
        for (int index = 0; index < _slots.Length; index++)
        {
            _slots[index].Sequence = index;
        }
        _waker = waker;
    }

    /// <summary>Places reserved.</summary>
    public int Reserved => (int)Volatile.Read(ref _reserved.Value);

    /// <summary>Items put in and not taken out; an approximation while other threads put.</summary>
    public int Count => (int)(Volatile.Read(ref _tail.Value) - Volatile.Read(ref _head.Value));

    /// <summary>Whether there is nothing to take. Only the shard asks.</summary>
    public bool IsEmpty
    {
        get
        {
            long position = _head.Value;
            return Volatile.Read(ref _slots[position & (_slots.Length - 1)].Sequence) != position + 1;
        }
    }

    /// <summary>Reserves a place, from any thread; false when all are taken. One is kept back for the shard's own end.</summary>
    public bool TryReserve()
    {
        if (Interlocked.Increment(ref _reserved.Value) < _slots.Length)
        {
            return true;
        }
        Unreserve();
        return false;
    }

    /// <summary>Gives a reserved place back, from any thread. What was put there has been taken out.</summary>
    public void Unreserve() => Interlocked.Decrement(ref _reserved.Value);

    /// <summary>Puts an item into its reserved place, from any thread. Never blocks.</summary>
    /// <exception cref="InvalidOperationException">The ring is full: an item has no place of its own, or is in the ring already.</exception>
    public void Put(T item)
    {
        long position = Volatile.Read(ref _tail.Value);
        while (true)
        {
            ref Slot slot = ref _slots[position & (_slots.Length - 1)];
            long difference = Volatile.Read(ref slot.Sequence) - position;
            if (difference < 0)
            {
                throw new InvalidOperationException("The inbox is full: reserve a place for what is put in, and put it in once at a time.");
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
                return;
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
        Volatile.Write(ref _head.Value, position + 1);
        return true;
    }

    private struct Slot
    {
        public long Sequence;
        public T? Item;
    }
}
