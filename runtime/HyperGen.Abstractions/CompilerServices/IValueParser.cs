using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace HyperGen.CompilerServices;

/// <summary>How text from a route, a query, a header or a form becomes a value. Implemented by structs, so that a call is resolved at compile time.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IValueParser<T>
{
    /// <summary>Parses UTF-8 text, in the invariant culture.</summary>
    /// <param name="utf8">The text, percent-decoded.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the text is one.</returns>
    static abstract bool TryParse(ReadOnlySpan<byte> utf8, [MaybeNullWhen(false)] out T value);
}
