using System.Text;

namespace HyperGen.Generator.Emission;

/// <summary>Writes C#, keeping the indentation. Line ends are always LF, so that output is the same on every machine.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Writes one line, or several of a raw string, each at the current indentation.</summary>
    public CodeWriter Line(string text = "")
    {
        foreach (string line in text.Split('\n'))
        {
            string trimmed = line.TrimEnd('\r', ' ');
            if (trimmed.Length > 0)
            {
                _text.Append(' ', _depth * 4).Append(trimmed);
            }
            _text.Append('\n');
        }
        return this;
    }

    /// <summary>Opens a block; disposing what it returns closes it.</summary>
    /// <param name="header">The line above the brace; null for a bare block.</param>
    /// <param name="end">What follows the closing brace, such as <c>;</c>.</param>
    public Block Open(string? header = null, string end = "")
    {
        if (header is not null)
        {
            Line(header);
        }
        Line("{");
        _depth++;
        return new Block(this, end);
    }

    public override string ToString() => _text.ToString();

    public readonly struct Block(CodeWriter writer, string end) : IDisposable
    {
        public void Dispose()
        {
            writer._depth--;
            writer.Line("}" + end);
        }
    }
}
