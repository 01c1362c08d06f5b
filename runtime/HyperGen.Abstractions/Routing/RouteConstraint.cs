using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace HyperGen.CompilerServices;

/// <summary>The constraints of ASP.NET Core over UTF-8. Each accepts exactly the texts that ASP.NET Core's class of that name does.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SuppressMessage("Naming", "CA1720", Justification = "The constraints are named after types.")]
public static class RouteConstraint
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary><c>{name:int}</c></summary>
    /// <param name="value">The value.</param>
    public static bool Int(ReadOnlySpan<byte> value) => int.TryParse(value, NumberStyles.Integer, Invariant, out _);

    /// <summary><c>{name:long}</c></summary>
    /// <param name="value">The value.</param>
    public static bool Long(ReadOnlySpan<byte> value) => long.TryParse(value, NumberStyles.Integer, Invariant, out _);

    /// <summary><c>{name:decimal}</c></summary>
    /// <param name="value">The value.</param>
    public static bool Decimal(ReadOnlySpan<byte> value) => decimal.TryParse(value, NumberStyles.Number, Invariant, out _);

    /// <summary><c>{name:double}</c></summary>
    /// <param name="value">The value.</param>
    public static bool Double(ReadOnlySpan<byte> value) => double.TryParse(value, NumberStyles.Float | NumberStyles.AllowThousands, Invariant, out _);

    /// <summary><c>{name:float}</c></summary>
    /// <param name="value">The value.</param>
    public static bool Float(ReadOnlySpan<byte> value) => float.TryParse(value, NumberStyles.Float | NumberStyles.AllowThousands, Invariant, out _);

    /// <summary><c>{name:bool}</c></summary>
    /// <param name="value">The value.</param>
    public static bool Bool(ReadOnlySpan<byte> value)
    {
        using var text = new Utf16Text(value, stackalloc char[Utf16Text.OnStack]);
        return bool.TryParse(text.Span, out _);
    }

    /// <summary><c>{name:datetime}</c></summary>
    /// <param name="value">The value.</param>
    public static bool DateTime(ReadOnlySpan<byte> value)
    {
        using var text = new Utf16Text(value, stackalloc char[Utf16Text.OnStack]);
        return System.DateTime.TryParse(text.Span, Invariant, DateTimeStyles.None, out _);
    }

    /// <summary><c>{name:guid}</c></summary>
    /// <param name="value">The value.</param>
    public static bool Guid(ReadOnlySpan<byte> value)
    {
        using var text = new Utf16Text(value, stackalloc char[Utf16Text.OnStack]);
        return System.Guid.TryParse(text.Span, out _);
    }

    /// <summary><c>{name:minlength(length)}</c></summary>
    /// <param name="value">The value.</param>
    /// <param name="length">In UTF-16 code units, as everywhere in these constraints.</param>
    public static bool MinLength(ReadOnlySpan<byte> value, int length) => CharCount(value) >= length;

    /// <summary><c>{name:maxlength(length)}</c></summary>
    /// <param name="value">The value.</param>
    /// <param name="length">In UTF-16 code units.</param>
    public static bool MaxLength(ReadOnlySpan<byte> value, int length) => CharCount(value) <= length;

    /// <summary><c>{name:length(length)}</c></summary>
    /// <param name="value">The value.</param>
    /// <param name="length">In UTF-16 code units.</param>
    public static bool Length(ReadOnlySpan<byte> value, int length) => CharCount(value) == length;

    /// <summary><c>{name:length(min,max)}</c></summary>
    /// <param name="value">The value.</param>
    /// <param name="min">In UTF-16 code units.</param>
    /// <param name="max">In UTF-16 code units.</param>
    public static bool Length(ReadOnlySpan<byte> value, int min, int max) => CharCount(value) is int count && count >= min && count <= max;

    /// <summary><c>{name:min(least)}</c></summary>
    /// <param name="value">The value.</param>
    /// <param name="least">The least number allowed.</param>
    public static bool Min(ReadOnlySpan<byte> value, long least) => long.TryParse(value, NumberStyles.Integer, Invariant, out long number) && number >= least;

    /// <summary><c>{name:max(greatest)}</c></summary>
    /// <param name="value">The value.</param>
    /// <param name="greatest">The greatest number allowed.</param>
    public static bool Max(ReadOnlySpan<byte> value, long greatest) => long.TryParse(value, NumberStyles.Integer, Invariant, out long number) && number <= greatest;

    /// <summary><c>{name:range(least,greatest)}</c></summary>
    /// <param name="value">The value.</param>
    /// <param name="least">The least number allowed.</param>
    /// <param name="greatest">The greatest number allowed.</param>
    public static bool Range(ReadOnlySpan<byte> value, long least, long greatest) =>
        long.TryParse(value, NumberStyles.Integer, Invariant, out long number) && number >= least && number <= greatest;

    /// <summary><c>{name:alpha}</c></summary>
    /// <param name="value">The value.</param>
    /// <remarks>
    /// ASP.NET Core's is the regular expression <c>^[a-z]*$</c> without regard to case: a line feed may follow the letters, and the Kelvin sign counts as a k.
    /// </remarks>
    public static bool Alpha(ReadOnlySpan<byte> value)
    {
        if (value.EndsWith("\n"u8))
        {
            value = value[..^1];
        }
        while (!value.IsEmpty)
        {
            int length = (uint)((value[0] | 0x20) - 'a') <= 'z' - 'a' ? 1 : value.StartsWith("\u212A"u8) ? 3 : 0;
            if (length == 0)
            {
                return false;
            }
            value = value[length..];
        }
        return true;
    }

    /// <summary><c>{name:required}</c></summary>
    /// <param name="value">The value.</param>
    public static bool Required(ReadOnlySpan<byte> value) => !value.IsEmpty;

    /// <summary><c>{name:file}</c>: the last segment has a period with something other than a period after it.</summary>
    /// <param name="value">The value.</param>
    public static bool File(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> name = value[(value.LastIndexOf((byte)'/') + 1)..];
        int period = name.IndexOf((byte)'.');
        return period >= 0 && name[period..].ContainsAnyExcept((byte)'.');
    }

    /// <summary><c>{name:nonfile}</c></summary>
    /// <param name="value">The value.</param>
    public static bool NonFile(ReadOnlySpan<byte> value) => !File(value);

    private static int CharCount(ReadOnlySpan<byte> value) => Ascii.IsValid(value) ? value.Length : Encoding.UTF8.GetCharCount(value);
}
