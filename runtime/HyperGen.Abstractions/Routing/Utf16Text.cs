using System.Buffers;
using System.Text;

namespace HyperGen.CompilerServices;

/// <summary>A route value as UTF-16 for the parsers that know nothing else: on the stack when it is short, rented when it is not.</summary>
internal ref struct Utf16Text
{
    /// <summary>Long enough for any value that has a chance to parse.</summary>
    internal const int OnStack = 128;

    private char[]? _rented;

    internal Utf16Text(ReadOnlySpan<byte> value, Span<char> stack)
    {
        Span<char> buffer = value.Length <= stack.Length ? stack : _rented = ArrayPool<char>.Shared.Rent(value.Length);
        Span = buffer[..Encoding.UTF8.GetChars(value, buffer)];
    }

    internal ReadOnlySpan<char> Span { get; }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<char>.Shared.Return(_rented);
            _rented = null;
        }
    }
}
