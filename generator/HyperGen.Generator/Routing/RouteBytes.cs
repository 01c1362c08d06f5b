using System.Text;

namespace HyperGen.Generator.Routing;

/// <summary>Literals as the router sees them: UTF-8, ASCII letters in lower case, eight bytes at a time. The mirror of the runtime's RouteText.</summary>
internal static class RouteBytes
{
    public static byte[] Utf8(string literal) => Encoding.UTF8.GetBytes(literal);

    /// <summary>The first eight bytes as a little-endian number.</summary>
    public static ulong Head(byte[] text) => Word(text, 0);

    /// <summary>The last eight bytes as a little-endian number.</summary>
    public static ulong Tail(byte[] text) => Word(text, Math.Max(0, text.Length - 8));

    /// <summary>The mask of the first bytes of a word, at most eight.</summary>
    public static ulong FirstBytes(int count) => count == 0 ? 0 : ulong.MaxValue >> (64 - (8 * count));

    /// <summary>Up to eight bytes from a place; missing bytes are zero.</summary>
    public static ulong Word(byte[] text, int start)
    {
        ulong word = 0;
        for (int i = Math.Min(start + 8, text.Length) - 1; i >= start; i--)
        {
            word = (word << 8) | text[i];
        }
        return word;
    }
}
