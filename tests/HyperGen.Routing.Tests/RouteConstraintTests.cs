using System.Text;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Routing;

namespace HyperGen.Routing.Tests;

/// <summary>Each constraint against ASP.NET Core's own class, on texts from the edges of every format.</summary>
public sealed class RouteConstraintTests
{
    private delegate bool Accepts(ReadOnlySpan<byte> value);

    private static readonly (string Text, Accepts Ours)[] Constraints =
    [
        ("int", RouteConstraint.Int), ("long", RouteConstraint.Long), ("decimal", RouteConstraint.Decimal), ("double", RouteConstraint.Double),
        ("float", RouteConstraint.Float), ("bool", RouteConstraint.Bool), ("datetime", RouteConstraint.DateTime), ("guid", RouteConstraint.Guid),
        ("alpha", RouteConstraint.Alpha), ("required", RouteConstraint.Required), ("file", RouteConstraint.File), ("nonfile", RouteConstraint.NonFile),
        ("minlength(3)", static value => RouteConstraint.MinLength(value, 3)), ("maxlength(3)", static value => RouteConstraint.MaxLength(value, 3)),
        ("length(3)", static value => RouteConstraint.Length(value, 3)), ("length(2,4)", static value => RouteConstraint.Length(value, 2, 4)),
        ("min(-5)", static value => RouteConstraint.Min(value, -5)), ("max(10)", static value => RouteConstraint.Max(value, 10)),
        ("range(-5,10)", static value => RouteConstraint.Range(value, -5, 10)),
        ("regex(^\\d{3}$)", new RouteRegex("^\\d{3}$").IsMatch), ("regex(b+)", new RouteRegex("b+").IsMatch), ("regex((.)\\1)", new RouteRegex("(.)\\1").IsMatch),
        ("regex(^(a|b)*$)", new RouteRegex("^(a|b)*$").IsMatch), ("regex(É)", new RouteRegex("É").IsMatch),
    ];

    private static readonly string[] Seeds =
    [
        "0", "-0", "+1", "1", "-1", "10", "11", "-5", "-6", "007", " 5", "5 ", "\t5\n", "2147483647", "2147483648", "-2147483648", "-2147483649",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1,000", "1,0,0", "1.5", ".5", "5.", "1e5", "1E400", "-1e-400", "NaN", "Infinity", "-Infinity",
        "∞", "79228162514264337593543950335", "79228162514264337593543950336", "1_000", "0x10", "(5)", "5-", "$5", "٣", "１", "−5", "true", "True", " TRUE ",
        "\u00a0true", "yes", "2020-01-31", "2020-01-31T10:20:30Z", "31/01/2020", "01/31/2020", "10:30", "Jan 5", "2020-02-30", "Monday", "now",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3f2504e04f8911d39a0c0305e82c3301", "{3f2504e0-4f89-11d3-9a0c-0305e82c3301}", "(3f2504e0-4f89-11d3-9a0c-0305e82c3301)",
        "{0x3f2504e0,0x4f89,0x11d3,{0x9a,0x0c,0x03,0x05,0xe8,0x2c,0x33,0x01}}", " 3f2504e0-4f89-11d3-9a0c-0305e82c3301 ", "3f2504e0-4f89-11d3-9a0c-0305e82c330g",
        "a", "Z", "abc", "abcd", "ABCdef", "a1", "ab ", "abc\n", "abc\n\n", "\n", "K", "K", "ſ", "é", "İ", "ı", "日本語", "😀", "😀😀", "e\u0301", "a😀b",
        "file", "file.txt", "file.", "file..", ".gitignore", "a/b.c", "a.b/c", "a.b/c.", "/", ".", "..", "a..b", "b", "B", "xbby", "aabb", "xx", "123", "1234", "12a", "١٢٣",
        new string('1', 200), new string('a', 5000), new string(' ', 300) + "true",
    ];

    public static TheoryData<string> Names => [.. Constraints.Select(static constraint => constraint.Text)];

    [Theory, MemberData(nameof(Names))]
    public void It_accepts_what_ASPNET_Cores_class_accepts(string text)
    {
        Accepts ours = Constraints.Single(constraint => constraint.Text == text).Ours;
        IRouteConstraint theirs = AspNetConstraints.Create(text);
        foreach (string value in Values())
        {
            bool expected = theirs.Match(null, null, "x", new RouteValueDictionary { ["x"] = value }, RouteDirection.IncomingRequest);
            Assert.True(expected == ours(Encoding.UTF8.GetBytes(value)), $"{text}: ASP.NET Core says {expected} of '{value}'.");
        }
    }

    [Fact]
    public void A_pattern_that_would_take_forever_gives_up()
    {
        var regex = new RouteRegex("^(a+)+$");
        Assert.False(regex.IsMatch(Encoding.UTF8.GetBytes(new string('a', 4000) + "!")));
    }

    private static IEnumerable<string> Values()
    {
        var random = new Random(7);
        const string Alphabet = "0123456789abcxyzABCXYZ+-.,:/ eE{}()\t\n";
        foreach (string seed in Seeds)
        {
            yield return seed;
        }
        for (int i = 0; i < 4_000; i++)
        {
            string seed = Seeds[random.Next(Seeds.Length)];
            int at = random.Next(seed.Length + 1);
            yield return random.Next(2) == 0 || at == seed.Length
                ? seed.Insert(at, Alphabet[random.Next(Alphabet.Length)].ToString())
                : char.IsSurrogate(seed[at]) ? seed : seed.Remove(at, 1);
        }
    }
}
