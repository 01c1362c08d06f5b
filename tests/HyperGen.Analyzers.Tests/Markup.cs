using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.Analyzers.Tests;

/// <summary>A program in which <c>{|HG0003:…|}</c> marks what a rule underlines.</summary>
/// <param name="Source">The program without the marks.</param>
/// <param name="Expected">The marked places, in the order of the text.</param>
internal sealed record Markup(string Source, ImmutableArray<(string Rule, TextSpan Span)> Expected)
{
    private const string Open = "{|";
    private const string Close = "|}";

    public static Markup Parse(string text)
    {
        StringBuilder source = new();
        Stack<(string Rule, int Start)> open = new();
        List<(string Rule, TextSpan Span)> marks = [];
        for (int i = 0; i < text.Length; i++)
        {
            if (string.CompareOrdinal(text, i, Open + "HG", 0, 4) == 0)
            {
                int colon = text.IndexOf(':', i);
                open.Push((text[(i + Open.Length)..colon], source.Length));
                i = colon;
            }
            else if (open.Count > 0 && string.CompareOrdinal(text, i, Close, 0, Close.Length) == 0)
            {
                (string rule, int start) = open.Pop();
                marks.Add((rule, TextSpan.FromBounds(start, source.Length)));
                i++;
            }
            else
            {
                source.Append(text[i]);
            }
        }
        return new Markup(source.ToString(), [.. marks.OrderBy(static m => m.Span.Start).ThenBy(static m => m.Rule, StringComparer.Ordinal)]);
    }
}
