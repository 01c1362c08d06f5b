using HyperGen.Transport.Shards;

namespace HyperGen.Transport.Tests.Shards;

public sealed class InboxTests
{
    [Fact]
    public void Items_come_out_in_order_and_there_is_room_for_whoever_reserved_a_place()
    {
        using var waker = new Waker();
        var inbox = new Inbox<string>(3, waker);
        Assert.True(inbox.TryReserve() && inbox.TryReserve() && inbox.TryReserve());
        Assert.False(inbox.TryReserve());
        Assert.Equal(3, inbox.Reserved);
        for (int lap = 0; lap < 10; lap++)
        {
            Assert.True(inbox.IsEmpty);
            foreach (string item in new[] { "a", "b", "c", "the end" })
            {
                inbox.Put(item);
            }
            Assert.Throws<InvalidOperationException>(() => inbox.Put("nobody's"));
            Assert.Equal(4, inbox.Count);
            foreach (string expected in new[] { "a", "b", "c", "the end" })
            {
                Assert.True(inbox.TryTake(out string? item));
                Assert.Equal(expected, item);
            }
            Assert.False(inbox.TryTake(out _));
            Assert.Equal(0, inbox.Count);
        }
        inbox.Unreserve();
        Assert.True(inbox.TryReserve());
    }

    [Fact]
    public async Task Nothing_is_lost_between_many_producers_and_a_consumer_that_sleeps()
    {
        const int producers = 4;
        const int items = 20_000;
        using var waker = new Waker();
        var inbox = new Inbox<object>(64, waker);
        Task[] tasks = [.. Enumerable.Range(0, producers).Select(producer => Task.Run(() => Produce(producer)))];
        var next = new int[producers];
        for (int taken = 0; taken < producers * items;)
        {
            while (inbox.TryTake(out object? item))
            {
                (int producer, int number) = ((int, int))item;
                Assert.Equal(next[producer]++, number);
                inbox.Unreserve();
                taken++;
            }
            waker.PrepareToSleep();
            if (!inbox.IsEmpty || taken == producers * items)
            {
                waker.StayAwake();
                continue;
            }
            waker.Sleep(socket: -1, waitsForRoom: false, TimeSpan.FromSeconds(30));
        }
        await Task.WhenAll(tasks);

        void Produce(int producer)
        {
            for (int number = 0; number < items; number++)
            {
                while (!inbox.TryReserve())
                {
                    Thread.Yield();
                }
                inbox.Put((producer, number));
            }
        }
    }
}
