using System.Globalization;
using System.Text.RegularExpressions;

namespace HyperGen.Generator;

/// <summary>The constraints that ASP.NET Core registers by itself.</summary>
internal enum RouteConstraintKind
{
    /// <summary>Not one of ASP.NET Core's own.</summary>
    Unknown,
    Int,
    Bool,
    DateTime,
    Decimal,
    Double,
    Float,
    Guid,
    Long,
    MinLength,
    MaxLength,
    Length,
    LengthRange,
    Min,
    Max,
    Range,
    Alpha,
    Regex,
    Required,
    File,
    NonFile,
}

/// <summary>A constraint of a route parameter, e.g. <c>range(1,10)</c>.</summary>
internal sealed class RouteParameterConstraint : IEquatable<RouteParameterConstraint>
{
    private RouteParameterConstraint(string text, RouteConstraintKind kind) => (Text, Kind) = (text, kind);

    /// <summary>The constraint as it is written.</summary>
    public string Text { get; }

    public RouteConstraintKind Kind { get; }

    /// <summary>The first number: the least value or length, or the only one.</summary>
    public long First { get; private set; }

    /// <summary>The second number of <c>range</c> and of <c>length</c> with two: the greatest.</summary>
    public long Second { get; private set; }

    /// <summary>The pattern of <c>regex</c>.</summary>
    public string Pattern { get; private set; } = "";

    /// <summary>Reads a constraint as ASP.NET Core's resolver does.</summary>
    /// <param name="text">What stands between the colons.</param>
    /// <param name="error">What is wrong with its arguments, as a sentence; null when nothing is.</param>
    public static RouteParameterConstraint Parse(string text, out string? error)
    {
        error = null;
        int open = text.IndexOf('(');
        bool hasArguments = open >= 0 && text[text.Length - 1] == ')';
        string name = (hasArguments ? text.Substring(0, open) : text).ToLowerInvariant();
        string? argument = hasArguments ? text.Substring(open + 1, text.Length - open - 2) : null;
        string[] arguments = argument?.Split(',') ?? [];

        (RouteConstraintKind kind, int count) = name switch
        {
            "int" => (RouteConstraintKind.Int, 0),
            "bool" => (RouteConstraintKind.Bool, 0),
            "datetime" => (RouteConstraintKind.DateTime, 0),
            "decimal" => (RouteConstraintKind.Decimal, 0),
            "double" => (RouteConstraintKind.Double, 0),
            "float" => (RouteConstraintKind.Float, 0),
            "guid" => (RouteConstraintKind.Guid, 0),
            "long" => (RouteConstraintKind.Long, 0),
            "alpha" => (RouteConstraintKind.Alpha, 0),
            "required" => (RouteConstraintKind.Required, 0),
            "file" => (RouteConstraintKind.File, 0),
            "nonfile" => (RouteConstraintKind.NonFile, 0),
            "minlength" => (RouteConstraintKind.MinLength, 1),
            "maxlength" => (RouteConstraintKind.MaxLength, 1),
            "min" => (RouteConstraintKind.Min, 1),
            "max" => (RouteConstraintKind.Max, 1),
            "range" => (RouteConstraintKind.Range, 2),
            "length" when arguments.Length == 2 => (RouteConstraintKind.LengthRange, 2),
            "length" => (RouteConstraintKind.Length, 1),
            "regex" => (RouteConstraintKind.Regex, 1),
            _ => (RouteConstraintKind.Unknown, 0),
        };

        var constraint = new RouteParameterConstraint(text, kind);
        if (kind == RouteConstraintKind.Regex)
        {
            error = constraint.ReadPattern(argument);
        }
        else if (kind != RouteConstraintKind.Unknown)
        {
            error = constraint.ReadNumbers(arguments, count);
        }
        return constraint;
    }

    public bool Equals(RouteParameterConstraint? other) =>
        other is not null && (Kind, First, Second, Pattern) == (other.Kind, other.First, other.Second, other.Pattern)
        && (Kind != RouteConstraintKind.Unknown || string.Equals(Text, other.Text, StringComparison.OrdinalIgnoreCase));

    public override bool Equals(object? obj) => Equals(obj as RouteParameterConstraint);

    public override int GetHashCode() => (Kind, First, Second, Pattern).GetHashCode();

    public override string ToString() => Text;

    private string? ReadPattern(string? argument)
    {
        if (argument is null)
        {
            return $"The constraint '{Text}' needs a pattern in parentheses.";
        }
        try
        {
            _ = new Regex(argument, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException exception)
        {
            return $"The pattern of the constraint '{Text}' is not a regular expression: {exception.Message}";
        }
        Pattern = argument;
        return null;
    }

    private string? ReadNumbers(string[] arguments, int count)
    {
        if (arguments.Length != count)
        {
            return $"The constraint '{Text}' has {Count(arguments.Length)}, but takes {Count(count)}.";
        }
        bool isLength = Kind is RouteConstraintKind.MinLength or RouteConstraintKind.MaxLength or RouteConstraintKind.Length or RouteConstraintKind.LengthRange;
        long[] numbers = new long[2];
        for (int i = 0; i < count; i++)
        {
            if (!long.TryParse(arguments[i].Trim(), NumberStyles.Integer, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return $"The argument '{arguments[i].Trim()}' of the constraint '{Text}' is not a whole number.";
            }
            if (isLength && numbers[i] is < 0 or > int.MaxValue)
            {
                return $"The argument '{arguments[i].Trim()}' of the constraint '{Text}' is not a length: it must be between 0 and {int.MaxValue}.";
            }
        }
        if (count == 2 && numbers[0] > numbers[1])
        {
            return $"The first argument of the constraint '{Text}' is greater than the second.";
        }
        (First, Second) = (numbers[0], numbers[1]);
        return null;
    }

    private static string Count(int arguments) => arguments switch { 0 => "no argument", 1 => "1 argument", _ => arguments + " arguments" };
}
