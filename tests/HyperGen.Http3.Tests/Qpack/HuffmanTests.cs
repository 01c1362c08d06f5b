using System.Text;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Tests.Qpack;

public sealed class HuffmanTests
{
    //= https://www.rfc-editor.org/rfc/rfc7541#appendix-C.4
    //= type=test
    [Theory]
    [InlineData("www.example.com", "f1e3c2e5f23a6ba0ab90f4ff")]
    [InlineData("no-cache", "a8eb10649cbf")]
    [InlineData("custom-key", "25a849e95ba97d7f")]
    [InlineData("custom-value", "25a849e95bb8e8b4bf")]
    [InlineData("302", "6402")]
    [InlineData("private", "aec3771a4b")]
    [InlineData("Mon, 21 Oct 2013 20:13:21 GMT", "d07abe941054d444a8200595040b8166e082a62d1bff")]
    [InlineData("https://www.example.com", "9d29ad171863c78f0b97c8e9ae82ae43d3")]
    [InlineData("307", "640eff")]
    [InlineData("gzip", "9bd9ab")]
    [InlineData("foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1", "94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007")]
    public void Matches_the_examples_of_the_rfc(string text, string hex)
    {
        byte[] encoded = Convert.FromHexString(hex);
        byte[] plain = Encoding.ASCII.GetBytes(text);
        var buffer = new byte[200];
        Assert.Equal(encoded.Length, Huffman.EncodedLength(plain));
        Assert.Equal(encoded, buffer[..Huffman.Encode(plain, buffer)]);
        Assert.True(Huffman.TryDecode(encoded, buffer, out int written));
        Assert.Equal(plain, buffer[..written]);
    }

    [Fact]
    public void Every_pair_of_bytes_survives_the_round_trip()
    {
        var buffer = new byte[16];
        var decoded = new byte[32];
        for (int pair = 0; pair < 65536; pair++)
        {
            ReadOnlySpan<byte> plain = [(byte)(pair >> 8), (byte)pair];
            int length = Huffman.Encode(plain, buffer);
            Assert.True(Huffman.TryDecode(buffer.AsSpan(0, length), decoded, out int written), $"pair {pair:x4}");
            Assert.True(plain.SequenceEqual(decoded.AsSpan(0, written)), $"pair {pair:x4}");
        }
    }

    [Fact]
    public void Random_strings_survive_the_round_trip_and_truncations_never_throw()
    {
        var random = new Random(7541);
        for (int round = 0; round < 2_000; round++)
        {
            var plain = new byte[random.Next(0, 60)];
            for (int index = 0; index < plain.Length; index++)
            {
                plain[index] = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(32, 127));
            }
            var encoded = new byte[Huffman.EncodedLength(plain)];
            Assert.Equal(encoded.Length, Huffman.Encode(plain, encoded));
            var decoded = new byte[Huffman.MaxDecodedLength(encoded.Length)];
            Assert.True(Huffman.TryDecode(encoded, decoded, out int written));
            Assert.Equal(plain, decoded[..written]);
            for (int cut = 0; cut < encoded.Length; cut++)
            {
                Huffman.TryDecode(encoded.AsSpan(0, cut), decoded, out _);
            }
            if (encoded.Length > 0)
            {
                encoded[random.Next(encoded.Length)] ^= (byte)random.Next(1, 256);
                Huffman.TryDecode(encoded, decoded, out _);
            }
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc7541#section-5.2
    //= type=test
    //# A padding strictly longer than 7 bits MUST be treated as a decoding error.
    [Theory]
    [InlineData("ff")]
    [InlineData("1fff")]
    [InlineData("6402ff")]
    public void Padding_of_a_whole_byte_is_refused(string hex) => AssertRefused(hex);

    //= https://www.rfc-editor.org/rfc/rfc7541#section-5.2
    //= type=test
    //# A Huffman-encoded string literal containing the EOS symbol MUST be treated as a decoding error.
    [Theory]
    [InlineData("ffffffff")]
    [InlineData("ffffffffff")]
    [InlineData("1ffffffffc")]
    public void The_end_of_string_symbol_is_refused(string hex) => AssertRefused(hex);

    [Theory]
    [InlineData("00", "The padding is three zeros.")]
    [InlineData("1e", "The padding ends in a zero.")]
    [InlineData("fe", "A code is cut off.")]
    public void Other_padding_is_refused(string hex, string why)
    {
        Assert.NotEmpty(why);
        AssertRefused(hex);
    }

    private static void AssertRefused(string hex) => Assert.False(Huffman.TryDecode(Convert.FromHexString(hex), new byte[64], out _));
}
