using HyperGen.Http3.Priorities;
using HyperGen.Quic;

namespace HyperGen.Http3.Tests.Priorities;

public sealed class PendingPrioritiesTests
{
    [Fact]
    public void Each_stream_has_its_last_priority_once()
    {
        PendingPriorities pending = default;
        Assert.True(pending.TryAdd(new StreamId(8), new PriorityParameters(1, null)));
        Assert.True(pending.TryAdd(new StreamId(4), new PriorityParameters(2, null)));
        Assert.False(pending.TryAdd(new StreamId(8), new PriorityParameters(5, true)));
        Assert.False(pending.TryTake(new StreamId(0), out _));
        Assert.True(pending.TryTake(new StreamId(8), out PriorityParameters priority));
        Assert.Equal(new PriorityParameters(5, true), priority);
        Assert.False(pending.TryTake(new StreamId(8), out _));
        Assert.Equal(1, pending.Count);
    }

    [Fact]
    public void What_is_over_the_capacity_is_forgotten_and_nothing_else()
    {
        PendingPriorities pending = default;
        for (int sequence = 0; sequence < 2 * PendingPriorities.Capacity; sequence++)
        {
            Assert.Equal(sequence < PendingPriorities.Capacity, pending.TryAdd(new StreamId(4 * sequence), new PriorityParameters(1, null)));
        }
        for (int sequence = 0; sequence < 2 * PendingPriorities.Capacity; sequence++)
        {
            Assert.Equal(sequence < PendingPriorities.Capacity, pending.TryTake(new StreamId(4 * sequence), out _));
        }
        Assert.Equal(0, pending.Count);
    }
}
