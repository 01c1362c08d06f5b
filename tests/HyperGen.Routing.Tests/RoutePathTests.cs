using System.Text;
using HyperGen.CompilerServices;

namespace HyperGen.Routing.Tests;

/// <summary>What a path is read by never reaches beyond it, whatever it is asked for.</summary>
public sealed class RoutePathTests
{
    [Theory]
    [InlineData("/abc", 0), InlineData("/abcdefg", 1), InlineData("/abcdefgh", 2), InlineData("/abcdefgh", -1), InlineData("/abcdefgh", int.MaxValue), InlineData("/abcdefgh", int.MinValue)]
    public void Eight_bytes_that_are_not_there_are_refused(string path, int start) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoutePath(Encoding.UTF8.GetBytes(path), out _).Word(start));

    [Fact]
    public void The_first_eight_bytes_of_a_segment_are_zero_beyond_the_path()
    {
        var random = new Random(5);
        for (int length = 1; length < 80; length++)
        {
            byte[] path = [.. Enumerable.Range(0, length).Select(i => i == 0 || random.Next(6) == 0 ? (byte)'/' : (byte)('a' + random.Next(26)))];
            var walked = new RoutePath(path, out bool hasUpperCase);
            Assert.False(hasUpperCase);
            for (int start = 1; start <= length + 1; start++)
            {
                ulong expected = 0;
                for (int i = Math.Min(start + 8, length) - 1; i >= start; i--)
                {
                    expected = (expected << 8) | path[i];
                }
                int end = Array.IndexOf(path, (byte)'/', Math.Min(start, length));
                int segment = start > walked.End ? -1 : (end < 0 ? length : end) - start;
                Assert.Equal(segment, walked.Length(start));
                if (segment > 0)
                {
                    Assert.Equal(expected, walked.Head(start));
                    Assert.Equal(segment >= 8 ? expected : expected & ((1UL << (8 * segment)) - 1), RoutePath.Only(walked.Head(start), segment));
                }
            }
        }
    }

    [Fact]
    public void One_upper_case_letter_is_seen_wherever_it_stands()
    {
        for (int length = 1; length < 100; length++)
        {
            for (int at = 1; at < length; at++)
            {
                foreach ((char letter, bool isUpper) in (ReadOnlySpan<(char, bool)>)[('A', true), ('Z', true), ('@', false), ('[', false), ('\u00C1', false)])
                {
                    byte[] path = [.. Enumerable.Repeat((byte)'x', length)];
                    (path[0], path[at]) = ((byte)'/', (byte)letter);
                    _ = new RoutePath(path, out bool hasUpperCase);
                    Assert.Equal(isUpper, hasUpperCase);
                }
            }
        }
    }
}
