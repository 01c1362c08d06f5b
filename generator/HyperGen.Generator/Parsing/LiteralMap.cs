using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds the characters of a string's value in its literal, so that a message can point at one brace of a template.</summary>
internal static class LiteralMap
{
    /// <summary>Where a part of the value stands in the source; the whole literal where the two do not correspond character by character.</summary>
    public static TextSpan Find(SyntaxToken literal, int start, int length)
    {
        int[] offsets = Offsets(literal);
        if (length == 0 || start + length >= offsets.Length)
        {
            return literal.Span;
        }
        return TextSpan.FromBounds(literal.SpanStart + offsets[start], literal.SpanStart + offsets[start + length]);
    }

    /// <summary>For each character of the value where it begins in the text, and at last where the text ends; empty for a literal that is not understood.</summary>
    private static int[] Offsets(SyntaxToken literal)
    {
        string text = literal.Text;
        return literal.Kind() switch
        {
            SyntaxKind.StringLiteralToken when text.StartsWith("@", StringComparison.Ordinal) => Walk(text, 2, static (text, i) => text[i] == '"' ? (2, 1) : (1, 1)),
            SyntaxKind.StringLiteralToken => Walk(text, 1, static (text, i) => text[i] == '\\' ? Escape(text, i) : (1, 1)),
            SyntaxKind.SingleLineRawStringLiteralToken => Walk(text, text.TakeWhile(static c => c == '"').Count(), static (_, _) => (1, 1)),
            _ => [],
        };
    }

    private static int[] Walk(string text, int quotes, Func<string, int, (int Text, int Value)> step)
    {
        List<int> offsets = [];
        int closing = text.StartsWith("@", StringComparison.Ordinal) ? 1 : quotes;
        int position = quotes;
        while (position < text.Length - closing)
        {
            (int inText, int inValue) = step(text, position);
            offsets.AddRange(Enumerable.Repeat(position, inValue));
            position += inText;
        }
        offsets.Add(position);
        return [.. offsets];
    }

    private static (int Text, int Value) Escape(string text, int start) => text[start + 1] switch
    {
        'u' => (6, 1),
        'U' => (10, text.Substring(start + 2, 4) == "0000" ? 1 : 2),
        'x' => (2 + text.Skip(start + 2).Take(4).TakeWhile(Uri.IsHexDigit).Count(), 1),
        _ => (2, 1),
    };
}
