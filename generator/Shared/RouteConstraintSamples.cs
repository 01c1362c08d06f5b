using System.Globalization;
using System.Text.RegularExpressions;

namespace HyperGen.Generator;

/// <summary>Proves by example that two sets of constraints have a value in common.</summary>
internal static class RouteConstraintSamples
{
    private static readonly string[] Common =
    [
        "1", "0", "-1", "42", "100", "12345", "99999999999", "1.5", "a", "ab", "abc", "abcd", "abcdef", "abcdefgh", "abcdefghijklmnop", "a-b", "a1", "true",
        "2020-01-31", "a.b", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "00000000000000000000000000000001",
    ];

    public static bool Overlap(IReadOnlyList<RouteParameterConstraint> first, IReadOnlyList<RouteParameterConstraint> second) =>
        first.All(second.Contains) || second.All(first.Contains)
        || Samples([.. first, .. second]).Any(sample => first.All(constraint => Accepts(constraint, sample)) && second.All(constraint => Accepts(constraint, sample)));

    private static IEnumerable<string> Samples(IReadOnlyList<RouteParameterConstraint> constraints)
    {
        foreach (RouteParameterConstraint constraint in constraints)
        {
            foreach (long number in new[] { constraint.First, constraint.Second })
            {
                yield return number.ToString(CultureInfo.InvariantCulture);
                if (number is > 0 and <= 256)
                {
                    yield return new string('a', (int)number);
                    yield return new string('1', (int)number);
                }
            }
        }
        foreach (string sample in Common)
        {
            yield return sample;
        }
    }

    private static bool Accepts(RouteParameterConstraint constraint, string value) => constraint.Kind switch
    {
        RouteConstraintKind.Int => int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
        RouteConstraintKind.Long => IsLong(value, out _),
        RouteConstraintKind.Bool => bool.TryParse(value, out _),
        RouteConstraintKind.DateTime => DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        RouteConstraintKind.Decimal => decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out _),
        RouteConstraintKind.Double or RouteConstraintKind.Float =>
            double.TryParse(value, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out _),
        RouteConstraintKind.Guid => Guid.TryParse(value, out _),
        RouteConstraintKind.MinLength => value.Length >= constraint.First,
        RouteConstraintKind.MaxLength => value.Length <= constraint.First,
        RouteConstraintKind.Length => value.Length == constraint.First,
        RouteConstraintKind.LengthRange => value.Length >= constraint.First && value.Length <= constraint.Second,
        RouteConstraintKind.Min => IsLong(value, out long number) && number >= constraint.First,
        RouteConstraintKind.Max => IsLong(value, out long number) && number <= constraint.First,
        RouteConstraintKind.Range => IsLong(value, out long number) && number >= constraint.First && number <= constraint.Second,
        RouteConstraintKind.Alpha => value.All(static character => (character | 0x20) is >= 'a' and <= 'z'),
        RouteConstraintKind.Regex => IsMatch(constraint.Pattern, value),
        RouteConstraintKind.Required => value.Length > 0,
        RouteConstraintKind.File => IsFile(value),
        RouteConstraintKind.NonFile => !IsFile(value),
        _ => false,
    };

    private static bool IsLong(string value, out long number) => long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out number);

    private static bool IsFile(string value) => value.IndexOf('.') is >= 0 and int period && value.Substring(period).Any(static character => character != '.');

    private static bool IsMatch(string pattern, string value)
    {
        try
        {
            return Regex.IsMatch(value, pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(50));
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
