using HyperGen.Generator;
using Microsoft.AspNetCore.Routing.Patterns;

namespace HyperGen.Routing.Tests;

/// <summary>Every text is given to ASP.NET Core's parser too: it decides what is valid, and in which words the rest is refused.</summary>
public sealed class RouteTemplateTests
{
    public static TheoryData<string> Good => new(
        "", "/", "a", "/a", "/a/", "/a/b", "{id}", "/{id}", "{id:int}", "{id:int:min(1)}", "{id?}", "{id=5}", "{id:int=5}", "{id:int?}",
        "{*rest}", "{**rest}", "a/{*rest:required}", "{**rest=x/y}", "{a}.{b?}", "{a}-{b}", "v{version}", "{a}.{b}.{c}", "x{{y}}z", "{{}}",
        "{a:regex(^\\d{{3}}$)}", "{a:regex([a:b])}", "{a:regex((x)=(y))}", "{a:length(2,5)}", "{a:length(3)}", "{a: range( 1 , 9 ) }",
        "{a::int}", "{a:}", "{:a}", "{=a}", "{a=}", "{a=b:c}", "{a:int=b=c}", "{a:alpha:length(2)=xy}", "{a:regex(a)b}", "{a:min(1}",
        "é/{ü}", "日本/{x}", "a b/c", "%41", "{a:INT}", "{a:regex(}}{{)}", "{a}{{{b}", "files/{name}.{ext:alpha?}");

    public static TheoryData<string> Bad => new(
        "//", "a//b", "/a//", "{", "}", "{a", "a}", "{a}}", "{{a}", "{}", "{*}", "{**}", "{?}", "{a}{b}", "{a}/{a}", "{a}/{A}", "{*a}/b", "{*a}/{b}",
        "x{*a}", "{*a}x", "{*a?}", "{a?}x", "{a}-{b?}", "{a?}.{b}", "a?b", "{a=1?}", "{a{b}", "{a/b}", "{a*}", "{a?b}", "{a:regex(\\d{3})}",
        "{a:int=5?}", "{a:regex(\\d{", "b}c/d", "{***a}", "/{x}/{");

    [Theory, MemberData(nameof(Good))]
    public void What_ASPNET_Core_accepts_is_accepted_and_means_the_same(string text)
    {
        RoutePattern expected = RoutePatternFactory.Parse(text);
        bool parsed = RouteTemplate.TryParse(text, out RouteTemplate? template, out string? error);

        if (!parsed)
        {
            Assert.True(error!.Contains("constraint", StringComparison.Ordinal), error);
            return;
        }
        Assert.Equal(expected.Parameters.Select(Describe), template!.Parameters.Select(Describe));
        Assert.Equal(
            expected.PathSegments.Select(static segment => string.Concat(segment.Parts.Select(Describe))),
            template.Segments.Select(static segment => string.Concat(segment.Parts.Select(Describe))));
    }

    [Theory, MemberData(nameof(Bad))]
    public void What_ASPNET_Core_refuses_is_refused_in_its_words(string text)
    {
        RoutePatternException expected = Assert.Throws<RoutePatternException>(() => RoutePatternFactory.Parse(text));
        Assert.False(RouteTemplate.TryParse(text, out _, out string? error));
        Assert.Equal(expected.Message, error);
    }

    [Theory]
    [InlineData("~/a", "cannot start with a '~'")]
    [InlineData("{a:min(x)}", "The argument 'x' of the constraint 'min(x)' is not a whole number.")]
    [InlineData("{a:min}", "The constraint 'min' has no argument, but takes 1 argument.")]
    [InlineData("{a:int(1)}", "The constraint 'int(1)' has 1 argument, but takes no argument.")]
    [InlineData("{a:range(5,1)}", "The first argument of the constraint 'range(5,1)' is greater than the second.")]
    [InlineData("{a:length(-1)}", "is not a length")]
    [InlineData("{a:regex(()}", "is not a regular expression")]
    [InlineData("{a:regex}", "needs a pattern")]
    public void What_would_fail_at_run_time_is_refused_in_ours(string text, string sentence)
    {
        Assert.False(RouteTemplate.TryParse(text, out _, out string? error));
        Assert.Contains(sentence, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        Assert.False(RouteTemplate.TryParse("a\ud800b", out _, out string? error));
        Assert.Contains("half of a surrogate pair", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_constraint_parses_and_is_named()
    {
        Assert.True(RouteTemplate.TryParse("{id:int}/{slug:Slugify(3)}", out RouteTemplate? template, out _));
        Assert.Equal("Slugify(3)", template.UnknownConstraint);
    }

    [Fact]
    public void No_truncation_and_no_mutation_throws_and_the_verdict_is_ASPNET_Cores()
    {
        var random = new Random(20261123);
        const string Alphabet = "{}{}{}/?*:=().a1,-~";
        foreach (string seed in Good.Concat(Bad).Select(static row => row.Data))
        {
            for (int length = 0; length <= seed.Length; length++)
            {
                Compare(seed[..length]);
                Compare(seed.Insert(length, Alphabet[random.Next(Alphabet.Length)].ToString()));
            }
        }
        for (int i = 0; i < 20_000; i++)
        {
            Compare(string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => Alphabet[random.Next(Alphabet.Length)])));
        }
    }

    [Theory]
    [InlineData("", "", "/")]
    [InlineData("/", "/", "/")]
    [InlineData("/users", "", "/users")]
    [InlineData("users/", "/{id}", "/users/{id}")]
    [InlineData("/users", "{id}/", "/users/{id}")]
    [InlineData("", "a", "/a")]
    [InlineData("/users", "//a", "/users//a")]
    public void Combine_joins_with_one_slash(string prefix, string template, string expected) =>
        Assert.Equal(expected, RouteTemplate.Combine(prefix, template));

    private static void Compare(string text)
    {
        bool parsed = RouteTemplate.TryParse(text, out _, out string? error);
        string? expected = null;
        try
        {
            RoutePatternFactory.Parse(text);
        }
        catch (RoutePatternException exception)
        {
            expected = exception.Message;
        }
        if (text.StartsWith('~') || (error is not null && error.Contains("constraint", StringComparison.Ordinal)))
        {
            return;
        }
        Assert.True(parsed == expected is null, $"'{text}': ASP.NET Core says '{expected}', we say '{error}'.");

        // Where ASP.NET Core quotes a segment it leaves the text of constraints out, but not their colons: we quote it whole.
        if (expected is null || !expected.Contains("segment '", StringComparison.Ordinal))
        {
            Assert.Equal(expected, error);
        }
    }

    private static string Describe(RoutePatternParameterPart part) =>
        Describe(part.Name, part.IsOptional, part.IsCatchAll, part.EncodeSlashes, part.Default as string, part.ParameterPolicies.Select(static policy => policy.Content!));

    private static string Describe(RouteParameter parameter) => Describe(
        parameter.Name, parameter.IsOptional, parameter.IsCatchAll, !parameter.IsCatchAll || parameter.EncodesSlashes, parameter.DefaultValue,
        parameter.Constraints.Select(static constraint => constraint.Text));

    private static string Describe(string name, bool optional, bool catchAll, bool encodes, string? value, IEnumerable<string> constraints) =>
        $"[{name} {optional} {catchAll} {encodes} {value ?? "-"} {string.Join('|', constraints)}]";

    private static string Describe(RoutePatternPart part) => part switch
    {
        RoutePatternParameterPart parameter => Describe(parameter),
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    };

    private static string Describe(RoutePart part) => part.Literal ?? Describe(part.Parameter!);
}
