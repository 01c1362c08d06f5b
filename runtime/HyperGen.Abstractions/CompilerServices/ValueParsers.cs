using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace HyperGen.CompilerServices;

/// <summary>Types that parse UTF-8 themselves: the numbers, <see cref="char"/>, and types of the application.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Utf8Value<T> : IValueParser<T>
    where T : IUtf8SpanParsable<T>
{
    static bool IValueParser<T>.TryParse(ReadOnlySpan<byte> utf8, [MaybeNullWhen(false)] out T value) =>
        T.TryParse(utf8, CultureInfo.InvariantCulture, out value);
}

/// <summary>Types that parse a span of UTF-16, e.g. <see cref="Guid"/>, <see cref="bool"/> and <see cref="TimeSpan"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct SpanValue<T> : IValueParser<T>
    where T : ISpanParsable<T>
{
    static bool IValueParser<T>.TryParse(ReadOnlySpan<byte> utf8, [MaybeNullWhen(false)] out T value)
    {
        using Utf16Text text = new(utf8, stackalloc char[Utf16Text.OnStack]);
        value = default;
        return text.IsValid && T.TryParse(text.Span, CultureInfo.InvariantCulture, out value);
    }
}

/// <summary>Types that parse a string.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ParsableValue<T> : IValueParser<T>
    where T : IParsable<T>
{
    static bool IValueParser<T>.TryParse(ReadOnlySpan<byte> utf8, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        return StringValue.TryParse(utf8, out string? text) && T.TryParse(text, CultureInfo.InvariantCulture, out value);
    }
}

/// <summary>Text as it is.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct StringValue : IValueParser<string>
{
    /// <inheritdoc/>
    /// <remarks>Bad UTF-8 and NUL are refused: no handler should meet text that other software will cut short or cannot store.</remarks>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [MaybeNullWhen(false)] out string value)
    {
        if (System.Text.Unicode.Utf8.IsValid(utf8) && !utf8.Contains((byte)0))
        {
            value = Encoding.UTF8.GetString(utf8);
            return true;
        }
        value = null;
        return false;
    }
}

/// <summary>Enumerations: names without regard to case, or numbers.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct EnumValue<T> : IValueParser<T>
    where T : struct, Enum
{
    static bool IValueParser<T>.TryParse(ReadOnlySpan<byte> utf8, out T value)
    {
        using Utf16Text text = new(utf8, stackalloc char[Utf16Text.OnStack]);
        value = default;
        return text.IsValid && Enum.TryParse(text.Span, ignoreCase: true, out value);
    }
}

/// <summary><see cref="DateTime"/> as ASP.NET Core reads it: a text with an offset becomes UTC.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct DateTimeValue : IValueParser<DateTime>
{
    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out DateTime value)
    {
        using Utf16Text text = new(utf8, stackalloc char[Utf16Text.OnStack]);
        value = default;
        return text.IsValid
            && DateTime.TryParse(text.Span, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces, out value);
    }
}

/// <summary><see cref="DateTimeOffset"/> as ASP.NET Core reads it: a text without an offset is UTC.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct DateTimeOffsetValue : IValueParser<DateTimeOffset>
{
    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out DateTimeOffset value)
    {
        using Utf16Text text = new(utf8, stackalloc char[Utf16Text.OnStack]);
        value = default;
        return text.IsValid
            && DateTimeOffset.TryParse(text.Span, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out value);
    }
}

/// <summary><see cref="Uri"/>, absolute or relative.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct UriValue : IValueParser<Uri>
{
    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [MaybeNullWhen(false)] out Uri value)
    {
        value = null;
        return StringValue.TryParse(utf8, out string? text) && Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out value);
    }
}

/// <summary><see cref="Version"/>, e.g. <c>1.2.3</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct VersionValue : IValueParser<Version>
{
    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [MaybeNullWhen(false)] out Version value)
    {
        using Utf16Text text = new(utf8, stackalloc char[Utf16Text.OnStack]);
        value = null;
        return text.IsValid && Version.TryParse(text.Span, out value);
    }
}

/// <summary>A nullable value type: empty text is null, as in ASP.NET Core.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct NullableValue<T, TParser> : IValueParser<T?>
    where T : struct
    where TParser : struct, IValueParser<T>
{
    static bool IValueParser<T?>.TryParse(ReadOnlySpan<byte> utf8, out T? value)
    {
        bool parsed = TParser.TryParse(utf8, out T some);
        value = parsed ? some : null;
        return parsed || utf8.IsEmpty;
    }
}
