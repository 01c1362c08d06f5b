using System.Text;

namespace HyperGen.Generator.Emission;

/// <summary>Text as C# writes it.</summary>
internal static class CSharpText
{
    /// <summary>A string literal, with its quotes.</summary>
    public static string Literal(string text)
    {
        var literal = new StringBuilder(text.Length + 2).Append('"');
        foreach (char character in text)
        {
            _ = character switch
            {
                '"' => literal.Append("\\\""),
                '\\' => literal.Append("\\\\"),
                < ' ' or '\u007F' or '\u0085' or '\u2028' or '\u2029' or '\uFEFF' => literal.Append("\\u").Append(((int)character).ToString("X4", System.Globalization.CultureInfo.InvariantCulture)),
                _ => literal.Append(character),
            };
        }
        return literal.Append('"').ToString();
    }

    /// <summary>A UTF-8 literal.</summary>
    public static string Utf8Literal(string text) => Literal(text) + "u8";

    /// <summary>Text that may stand in a comment: without what would end the line.</summary>
    public static string Comment(string text)
    {
        var comment = new StringBuilder(text.Length);
        foreach (char character in text)
        {
            comment.Append(char.IsControl(character) || character is '\u2028' or '\u2029' ? ' ' : character);
        }
        return comment.ToString();
    }

    /// <summary>A 64-bit constant.</summary>
    public static string Hex(ulong value) => "0x" + value.ToString("X", System.Globalization.CultureInfo.InvariantCulture) + "UL";
}
