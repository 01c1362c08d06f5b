using System.ComponentModel;
using System.Text.RegularExpressions;

namespace HyperGen.CompilerServices;

/// <summary>The pattern of <c>{name:regex(pattern)}</c>, without regard to case and culture as in ASP.NET Core.</summary>
/// <remarks>
/// The engine that never backtracks is used where it knows the pattern, so that no value takes more than linear time. Other patterns get the
/// usual one with a time limit, and a value that exceeds it does not match.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class RouteRegex
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    /// <summary>Makes the matcher of a pattern. Generated code does so when a path first needs it.</summary>
    /// <param name="pattern">The regular expression, found anywhere in the value unless it is anchored.</param>
    public RouteRegex(string pattern)
    {
        const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
        try
        {
            _regex = new Regex(pattern, Options | RegexOptions.NonBacktracking, Limit);
        }
        catch (NotSupportedException)
        {
            _regex = new Regex(pattern, Options, Limit);
        }
    }

    /// <summary>Whether a value matches.</summary>
    /// <param name="value">The value.</param>
    public bool IsMatch(ReadOnlySpan<byte> value)
    {
        using var text = new Utf16Text(value, stackalloc char[Utf16Text.OnStack]);
        try
        {
            return _regex.IsMatch(text.Span);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
