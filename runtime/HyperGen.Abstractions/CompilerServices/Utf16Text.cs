using System.Buffers;
using System.Text.Unicode;

namespace HyperGen.CompilerServices;

/// <summary>UTF-8 text as UTF-16, on the stack when it is short, for parsers that know nothing else.</summary>
internal readonly ref struct Utf16Text
{
    /// <summary>Longer than any number, date or identifier in its usual form.</summary>
    public const int OnStack = 128;

    private readonly char[]? _rented;

    public Utf16Text(ReadOnlySpan<byte> utf8, Span<char> stack)
    {
        // A UTF-16 text never has more units than its UTF-8 form has bytes.
        Span<char> chars = utf8.Length <= stack.Length ? stack : _rented = ArrayPool<char>.Shared.Rent(utf8.Length);
        OperationStatus status = Utf8.ToUtf16(utf8, chars, out _, out int length, replaceInvalidSequences: false);
        IsValid = status == OperationStatus.Done && !chars[..length].Contains('\0');
        Span = IsValid ? chars[..length] : default;
    }

    /// <summary>Whether the text was UTF-8 without NUL.</summary>
    public bool IsValid { get; }

    /// <summary>The text; empty when it is not valid.</summary>
    public ReadOnlySpan<char> Span { get; }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<char>.Shared.Return(_rented);
        }
    }
}
