using System.Runtime.CompilerServices;
using HyperGen.Quic.Frames;

namespace HyperGen.Quic.Spaces;

//= https://www.rfc-editor.org/rfc/rfc9000#section-21.4
//# An endpoint MAY skip packet numbers when sending packets to detect
//# this behavior.

/// <summary>
/// Packet numbers left out now and then, which nobody can have received: an acknowledgment of one is a lie told to make us faster. The distance between them
/// doubles up to 65,536, so that a long connection is watched for ever at a vanishing cost.
/// </summary>
internal sealed class SkippedNumbers
{
    private const long FirstDistance = 64;
    private const long LastDistance = 1 << 16;

    /// <summary>Older ones are forgotten: an optimistic acknowledgment claims what is new.</summary>
    private const int Remembered = 4;

    private Numbers _numbers;
    private int _count;
    private long _distance = FirstDistance;

    /// <summary>The number to leave out next; -1 before <see cref="Plan" />.</summary>
    public long Next { get; private set; } = -1;

    /// <summary>Chooses the next number to leave out.</summary>
    /// <param name="next">The number that would be sent now.</param>
    /// <param name="random">Where in the stretch ahead it lies.</param>
    public void Plan(long next, uint random)
    {
        Next = next + 1 + (random % _distance);
        _distance = Math.Min(2 * _distance, LastDistance);
    }

    public void Add(long number) => _numbers[_count++ % Remembered] = number;

    /// <summary>Whether an acknowledgment claims one of them.</summary>
    public bool AreClaimedBy(in AckFrame ack)
    {
        for (var i = 0; i < Math.Min(_count, Remembered); i++)
        {
            foreach (var range in ack)
            {
                if (range.Start > _numbers[i]) continue;
                if (_numbers[i] < range.End) return true;
                break;
            }
        }

        return false;
    }

    [InlineArray(Remembered)]
    private struct Numbers
    {
        private long _first;
    }
}
