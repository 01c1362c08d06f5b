using System.Buffers;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Tests.Qpack;

public sealed class PrefixedIntegerTests
{
    //= https://www.rfc-editor.org/rfc/rfc7541#appendix-C.1
    //= type=test
    [Theory]
    [InlineData(10, 5, "0a")]
    [InlineData(1337, 5, "1f9a0a")]
    [InlineData(42, 8, "2a")]
    public void Matches_the_examples_of_the_rfc(ulong value, int prefixBits, string hex)
    {
        var buffer = new byte[PrefixedInteger.MaxLength];
        int length = PrefixedInteger.Write(buffer, 0, prefixBits, value);
        Assert.Equal(hex, Convert.ToHexStringLower(buffer[..length]));
        Assert.Equal(OperationStatus.Done, PrefixedInteger.TryRead(buffer, prefixBits, out ulong read, out int taken));
        Assert.Equal((value, length), (read, taken));
    }

    //= https://www.rfc-editor.org/rfc/rfc9204#section-4.1.1
    //= type=test
    //# QPACK implementations MUST be able to decode integers up to and including 62 bits long.
    [Fact]
    public void Every_size_and_prefix_survives_the_round_trip_and_every_truncation_asks_for_more()
    {
        var buffer = new byte[PrefixedInteger.MaxLength];
        for (int prefixBits = 1; prefixBits <= 8; prefixBits++)
        {
            for (int bits = 0; bits <= 62; bits++)
            {
                foreach (ulong value in new[] { (1UL << bits) - 1, (1UL << bits) / 3 * 2 })
                {
                    int length = PrefixedInteger.Write(buffer, 0, prefixBits, value);
                    Assert.Equal(OperationStatus.Done, PrefixedInteger.TryRead(buffer.AsSpan(0, length), prefixBits, out ulong read, out _));
                    Assert.Equal(value, read);
                    for (int cut = 0; cut < length; cut++)
                    {
                        Assert.Equal(OperationStatus.NeedMoreData, PrefixedInteger.TryRead(buffer.AsSpan(0, cut), prefixBits, out _, out _));
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("ffffffffffffffffffff7f")]
    [InlineData("ff80808080808080808000")]
    public void Too_large_and_endlessly_padded_integers_are_invalid(string hex) =>
        Assert.Equal(OperationStatus.InvalidData, PrefixedInteger.TryRead(Convert.FromHexString(hex), 8, out _, out _));
}
