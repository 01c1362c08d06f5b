using System.ComponentModel;
using System.Globalization;

namespace HyperGen.CompilerServices;

/// <summary>Makes paths from route values, for the generated <c>Urls</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class UrlPath
{
    /// <summary>A path of segments that are escaped already; those that are null or empty are left out.</summary>
    /// <param name="segments">The segments.</param>
    public static string Join(params string?[] segments) => "/" + string.Join('/', segments.Where(static s => !string.IsNullOrEmpty(s)));

    /// <summary>A route value as text that stands for itself within one segment, in the form that route values are parsed from.</summary>
    /// <param name="value">The value; null when it is left out.</param>
    public static string? Segment<T>(T? value) => Text(value) is { } text ? Uri.EscapeDataString(text) : null;

    /// <summary>The value of a catch-all parameter: its slashes divide segments.</summary>
    /// <param name="value">The value; null when it is left out.</param>
    public static string? Rest<T>(T? value) => Segment(value)?.Replace("%2F", "/", StringComparison.Ordinal);

    private static string? Text<T>(T? value) => value switch
    {
        null => null,
        DateTime or DateTimeOffset => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        Enum => value.ToString(),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
