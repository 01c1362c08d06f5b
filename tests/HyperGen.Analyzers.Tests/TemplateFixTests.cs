using HyperGen.CodeFixes;
using Xunit;

namespace HyperGen.Analyzers.Tests;

public sealed class TemplateFixTests
{
    [Theory]
    [InlineData("\"/users/{id\"", "\"/users/{id}\"")]
    [InlineData("\"/users/{id/posts\"", "\"/users/{id}/posts\"")]
    [InlineData("\"/users/{id/{post}\"", "\"/users/{id}/{post}\"")]
    [InlineData("\"/users/id}\"", "\"/users/{id}\"")]
    [InlineData("\"/users/{id}}\"", "\"/users/{id}\"")]
    [InlineData("\"/a//b\"", "\"/a/b\"")]
    [InlineData("\"~/a\"", "\"/a\"")]
    [InlineData("\"/a/{**rest?}\"", "\"/a/{**rest}\"")]
    [InlineData("\"/a/{id=5?}\"", "\"/a/{id=5}\"")]
    [InlineData("\"\\u002fa/{id\"", "\"\\u002fa/{id}\"")]
    [InlineData("@\"/a/{id\"", "@\"/a/{id}\"")]
    public Task An_invalid_template_is_mended(string before, string after) =>
        VerifyFix<InvalidTemplateCodeFixProvider>.AppliesAsync(Program(before), Program(after));

    [Theory]
    [InlineData("\"/a/{id}/{id}\"")]
    [InlineData("\"/a/{**rest}/b\"")]
    [InlineData("\"/a/{x}{y}\"")]
    [InlineData("\"/a/\" + \"{id\"")]
    public async Task What_was_meant_is_not_guessed(string literal) =>
        Assert.Empty(await VerifyFix<InvalidTemplateCodeFixProvider>.TitlesAsync(Program(literal)));

    [Fact]
    public async Task The_title_shows_the_result() => Assert.Equal(
        ["Change the template to '/users/{id}'"],
        await VerifyFix<InvalidTemplateCodeFixProvider>.TitlesAsync(Program("\"/users/{id\"")));

    [Fact]
    public Task All_invalid_templates_are_mended_at_once() => VerifyFix<InvalidTemplateCodeFixProvider>.AppliesToAllAsync(
        """
        [HyperController("/a")]
        public static class A { [Get("/{id")] public static string X() => ""; [Get("/{b")] public static string Y() => ""; }
        [HyperController]
        public static class B { [Get("/{id")] public static string X() => ""; [Get("/b/b/{b")] public static string Y() => ""; }
        """,
        """
        [HyperController("/a")]
        public static class A { [Get("/{id}")] public static string X() => ""; [Get("/{b}")] public static string Y() => ""; }
        [HyperController]
        public static class B { [Get("/{id}")] public static string X() => ""; [Get("/b/b/{b}")] public static string Y() => ""; }
        """);

    [Theory]
    [InlineData("itn", "int")]
    [InlineData("integer", "int")]
    [InlineData("uuid", "guid")]
    [InlineData("rnage(1,2)", "range(1,2)")]
    [InlineData("Dateime", "datetime")]
    [InlineData("minlenght(3)", "minlength(3)")]
    public Task A_constraint_is_spelt_right(string before, string after) =>
        VerifyFix<UnknownConstraintCodeFixProvider>.AppliesAsync(Program($"\"/a/{{id:{before}}}\""), Program($"\"/a/{{id:{after}}}\""));

    [Theory]
    [InlineData("slugify")]
    [InlineData("mix")]
    public async Task A_word_that_is_near_none_or_two_is_left_alone(string constraint) =>
        Assert.Empty(await VerifyFix<UnknownConstraintCodeFixProvider>.TitlesAsync(Program($"\"/a/{{id:{constraint}}}\"")));

    private static string Program(string literal) =>
        $$"""
        [HyperController]
        public static class Users
        {
            [Get({{literal}})] public static string Find() => "";
        }
        """;
}
