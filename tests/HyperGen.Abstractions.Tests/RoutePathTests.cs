using HyperGen.CompilerServices;

namespace HyperGen.Abstractions.Tests;

public sealed class RoutePathTests
{
    /// <summary>Which of the two runs depends on the processor, so both are asked here.</summary>
    [Fact]
    public void Blocks_of_16_and_of_32_bytes_find_the_same_slashes_and_the_same_case()
    {
        Random random = new(1);
        ReadOnlySpan<byte> rare = "AZMaz@[`{\0\u007f\u0080é"u8;
        byte[] path = new byte[96];
        for (int round = 0; round < 20_000; round++)
        {
            Span<byte> text = path.AsSpan(0, random.Next(32, path.Length));
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = random.Next(12) switch { 0 => (byte)'/', 1 when round % 2 == 0 => rare[random.Next(rare.Length)], _ => (byte)random.Next('a', 'z' + 1) };
            }
            ulong slashes = 0;
            bool hasUpperCase = false;
            for (int i = 0; i < Math.Min(text.Length, 64); i++)
            {
                slashes |= text[i] == '/' ? 1UL << i : 0;
                hasUpperCase |= char.IsAsciiLetterUpper((char)text[i]);
            }

            Assert.Equal((slashes, hasUpperCase), RoutePath.ScanNarrow(text));
            Assert.Equal((slashes, hasUpperCase), RoutePath.ScanWide(text));
        }
    }
}
