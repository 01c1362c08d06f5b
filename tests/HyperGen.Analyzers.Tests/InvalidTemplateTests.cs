using Xunit;

namespace HyperGen.Analyzers.Tests;

public sealed class InvalidTemplateTests
{
    [Theory]
    [InlineData("""
        "/users/{|HG0003:{id|}"
        """)]
    [InlineData("""
        "/a/{|HG0003:/|}b"
        """)]
    [InlineData("""
        "{|HG0003:~|}/a"
        """)]
    [InlineData("""
        "/a/{id}/{|HG0003:{ID}|}"
        """)]
    [InlineData("""
        "/a/{**rest}/{|HG0003:b/c|}"
        """)]
    [InlineData("""
        "/a/{|HG0003:{a}{b}|}"
        """)]
    [InlineData("""
        "/a{|HG0003:?|}"
        """)]
    [InlineData("""
        "/a/{|HG0003:{n:range(5,1)}|}/b"
        """)]
    [InlineData("""
        "/a/{{b{|HG0003:}|}"
        """)]
    public Task Points_at_the_characters(string literal) => Verify.RulesAsync(Program(literal));

    [Theory]
    [InlineData("""
        "\u002fa\\/{|HG0003:{id|}"
        """)]
    [InlineData(""""
        """/a/{|HG0003:{id|}"""
        """")]
    [InlineData("""
        @"/a""b/{|HG0003:{id|}"
        """)]
    public Task Finds_them_in_every_kind_of_literal(string literal) => Verify.RulesAsync(Program(literal));

    [Fact]
    public Task Points_at_the_whole_expression_where_the_template_is_no_literal() => Verify.RulesAsync(
        """
        [HyperController]
        public static class Users
        {
            private const string Path = "/users/{id";
            [Get({|HG0003:Path|})] public static string A() => "";
            [Get(template: {|HG0003:"/b" + "/{id"|})] public static string B() => "";
        }
        """,
        "The route template '/users/{id' is not valid: There is an incomplete parameter in the route template. Check that each '{' character has a matching '}' character.",
        "The route template '/b/{id' is not valid: There is an incomplete parameter in the route template. Check that each '{' character has a matching '}' character.");

    [Fact]
    public Task Tells_a_bad_prefix_once_where_it_is_made() => Verify.RulesAsync(
        """
        [Group("/{|HG0003:{tenant|}")]
        public static class Tenants
        {
            [HyperController("/a")] public static class A { [Get("/x")] public static string X() => ""; [Get("/y")] public static string Y() => ""; }
            [HyperController("/{|HG0003:{b|}")] public static class B { [Get] public static string X() => ""; }
        }
        """);

    [Fact]
    public Task Points_into_the_template_that_does_not_fit_its_prefix() => Verify.RulesAsync(
        """
        [HyperController("/{id}")]
        public static class A
        {
            [Get("/x/{|HG0003:{id}|}")] public static string X(int id) => "";
        }
        [HyperController("/b/{**rest}")]
        public static class B
        {
            [Get] public static string X() => "";
            [Get("/{|HG0003:y|}")] public static string Y() => "";
        }
        """);

    [Fact]
    public Task Is_silent_for_templates_of_every_shape() => Verify.RulesAsync(
        """
        [HyperController("/v1/")]
        public static class Users
        {
            [Get("users/{id:int:min(1)}"), Get("/users/by-name/{name=ada}"), Get(@"/codes/{code:regex(^\d{{2}}$)}"), Get("/files/{name}.{extension?}"), Get("/rest/{**rest}")]
            public static string Find() => "";
            [Get("")] public static string Root() => "";
        }
        """);

    private static string Program(string literal) =>
        $$"""
        [HyperController]
        public static class Users
        {
            [Get({{literal}})] public static string Find() => "";
        }
        """;
}
