using HyperGen.Quic;
using HyperGen.Transport.Shards;

namespace HyperGen.Transport.Tests.Shards;

public sealed class TimerHeapTests
{
    [Fact]
    public void Behaves_like_a_sorted_list()
    {
        var random = new Random(4);
        var heap = new TimerHeap();
        Timer[] timers = [.. Enumerable.Range(0, 200).Select(_ => new Timer())];
        for (int step = 0; step < 50_000; step++)
        {
            Timer timer = timers[random.Next(timers.Length)];
            heap.Set(timer, random.Next(5) == 0 ? Timestamp.Never : new Timestamp(random.Next(1_000)));
            if (random.Next(10) == 0)
            {
                var now = new Timestamp(random.Next(1_000));
                Timestamp first = timers.Min(candidate => candidate.Due);
                bool isDue = first <= now;
                Timer? due = (Timer?)heap.TakeDue(now);
                Assert.Equal(isDue, due is not null);
                Assert.True(due is null || due.Due.IsNever);
            }
            Assert.Equal(timers.Count(candidate => !candidate.Due.IsNever), heap.Count);
            Assert.Equal(timers.Min(candidate => candidate.Due.Ticks), heap.Next.Ticks);
        }
    }

    private sealed class Timer : TimerEntry;
}
