using HyperGen.CodeFixes;
using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>HG0004, HG0005, HG0006, HG0017, HG0018: what parameters are read from.</summary>
public sealed class BindingTests
{
    [Fact]
    public Task A_route_parameter_that_nothing_reads_is_told_beside_one_that_looks_like_it() => Verify.RulesAsync(
        """
        using Microsoft.AspNetCore.Mvc;
        [HyperController("/users/{tenant?}")]
        public static class Tenants { [HyperGen.Get("/list")] public static string All(string? tenant) => ""; }
        [HyperController("/users")]
        public static class Users
        {
            [HyperGen.Get("/a/{id}")] public static string A(int {|HG0004:userId|}) => "";
            [HyperGen.Get("/b/{id}")] public static string B([FromQuery] int userId) => "";
            [HyperGen.Get("/c/{id}")] public static string C() => "";
            [HyperGen.Get("/d/{id}")] public static string D(RequestContext context, int page) => "";
            [HyperGen.Get("/e/{id}")] public static string E(int page = 1) => "";
        }
        """,
        "No parameter reads '{id}' of the template '/users/a/{id}', and 'userId' would be read from the query: give both one name, or mark 'userId' [FromQuery]");

    [Fact]
    public async Task Four_ways_to_agree_are_offered() => Assert.Equal(
        ["Rename 'userId' to 'id'", "Rename '{id}' in the template to '{userId}'", "Add a parameter 'id'", "Mark 'userId' [FromQuery]"],
        await VerifyFix<RouteParameterMismatchCodeFixProvider>.TitlesAsync(Find("/users/{id:long}", "long userId")));

    [Theory]
    [InlineData("/users/{id:long}", "long id", 0)]
    [InlineData("/users/{userId:long}", "long userId", 1)]
    [InlineData("/users/{id:long}", "long id, long userId", 2)]
    [InlineData("/users/{id:long}", "[Microsoft.AspNetCore.Mvc.FromQuery] long userId", 3)]
    public Task They_agree_afterwards(string template, string parameters, int fix) =>
        VerifyFix<RouteParameterMismatchCodeFixProvider>.AppliesAsync(Find("/users/{id:long}", "long userId"), Find(template, parameters), fix);

    [Fact]
    public Task A_parameter_that_the_route_does_not_have_is_told() => Verify.RulesAsync(
        """
        using Microsoft.AspNetCore.Mvc;
        [HyperController("/users")]
        public static class Users
        {
            [HyperGen.Get("/a/{id}")] public static string A([FromRoute] int {|HG0017:userId|}) => "";
            [HyperGen.Get("/b/{id}")] public static string B([FromRoute(Name = "id")] int userId) => "";
        }
        """,
        "'userId' is read from the route, but the template '/users/a/{id}' has no '{userId}': add it to the template, or take 'userId' from elsewhere");

    [Fact]
    public Task The_route_gets_it() => VerifyFix<MissingRouteParameterCodeFixProvider>.AppliesAsync(
        Find("/users", "[Microsoft.AspNetCore.Mvc.FromRoute] int id"),
        Find("/users/{id}", "[Microsoft.AspNetCore.Mvc.FromRoute] int id"));

    [Fact]
    public Task A_required_value_of_an_optional_route_parameter_is_told() => Verify.RulesAsync(
        """
        [HyperController("/users")]
        public static class Users
        {
            [Get("/a/{page?}")] public static string A(int {|HG0018:page|}) => "";
            [Get("/b/{page?}")] public static string B(int? page) => "";
            [Get("/c/{page?}")] public static string C(int page = 1) => "";
            [Get("/d/{page=1}")] public static string D(int page) => "";
            [Get("/e/{name?}")] public static string E(string? name) => "";
        }
        """,
        "'{page?}' of the template '/users/a/{page?}' may be left out, but 'page' must have a value: make it nullable, give it a default, or drop the '?'");

    [Theory]
    [InlineData("/users/{page:int?}", "int? page", 0)]
    [InlineData("/users/{page:int}", "int page", 1)]
    public Task The_value_becomes_optional_or_the_route_parameter_required(string template, string parameters, int fix) =>
        VerifyFix<OptionalRouteParameterCodeFixProvider>.AppliesAsync(Find("/users/{page:int?}", "int page"), Find(template, parameters), fix);

    [Fact]
    public Task A_constraint_that_lets_no_value_of_the_type_through_is_told() => Verify.RulesAsync(
        """
        [HyperController("/users")]
        public static class Users
        {
            [Get("/a/{id:int}")] public static string A(Guid {|HG0019:id|}) => "";
            [Get("/b/{id:minlength(2):guid}")] public static string B(long? {|HG0019:id|}) => "";
            [Get("/c/{when:datetime}")] public static string C(DateOnly when) => "";
            [Get("/d/{id:long}")] public static string D(decimal id) => "";
            [Get("/e/{id:int}")] public static string E(string id) => "";
            [Get("/f/{day:int}")] public static string F(DayOfWeek day) => "";
        }
        """,
        "'id' is of type 'Guid', but ':int' in the template '/users/a/{id:int}' lets only values of another kind through: change one of them",
        "'id' is of type 'long?', but ':guid' in the template '/users/b/{id:minlength(2):guid}' lets only values of another kind through: change one of them");

    [Fact]
    public Task Two_bodies_are_told() => Verify.RulesAsync(
        Bodies(
            """
                [Post("/a")] public static string A(NewUser user, NewUser {|HG0005:other|}) => "";
                [Post("/b")] public static string B(NewUser user, Stream {|HG0005:body|}) => "";
                [Post("/c")] public static string C(NewUser user, [FromForm] string {|HG0005:name|}) => "";
                [Post("/d")] public static string D([FromForm] string name, IFormFile file) => "";
                [Post("/e")] public static string E(NewUser user, IClock clock, string name) => "";
            """),
        "The parameters 'user' and 'other' are both read from the body: keep one, or put both into one type",
        "The parameters 'user' and 'body' are both read from the body: keep one, or put both into one type",
        "The parameters 'user' and 'name' are both read from the body: keep one, or put both into one type");

    [Theory]
    [InlineData("NewUser other", "[AsParameters] NewUser other", 0)]
    [InlineData("NewUser other", "[FromServices] NewUser other", 1)]
    [InlineData("[FromBody] int other", "[FromQuery] int other", 0)]
    public Task The_second_body_comes_from_elsewhere(string before, string after, int fix) => VerifyFix<TwoBodiesCodeFixProvider>.AppliesAsync(
        Bodies($"    [Post(\"/a\")] public static string A(NewUser user, {before}) => \"\";"),
        Bodies($"    [Post(\"/a\")] public static string A(NewUser user, {after}) => \"\";"),
        fix);

    [Fact]
    public async Task A_stream_has_nowhere_else_to_come_from() => Assert.Empty(
        await VerifyFix<TwoBodiesCodeFixProvider>.TitlesAsync(Bodies("    [Post(\"/a\")] public static string A(NewUser user, Stream body) => \"\";")));

    [Fact]
    public Task What_cannot_be_bound_is_told() => Verify.RulesAsync(
        """
        using Microsoft.AspNetCore.Mvc;
        public sealed record UserId(int Value);
        public sealed class Fields { public required int Id = 1; public int Page { get; set; } }
        public sealed class Known(int id) { public required int Id { get; init; } = id; }
        public sealed class Sure { [System.Diagnostics.CodeAnalysis.SetsRequiredMembers] public Sure(int id) => Id = id; public required int Id { get; init; } }
        public sealed record ParsedId(int Value) : IParsable<ParsedId>
        {
            public static ParsedId Parse(string s, IFormatProvider? provider) => new(int.Parse(s, provider));
            public static bool TryParse(string? s, IFormatProvider? provider, out ParsedId result) { result = new(0); return true; }
        }
        [HyperController("/users")]
        public static class Users
        {
            [HyperGen.Get("/a/{id}")] public static string A(UserId {|HG0006:id|}) => "";
            [HyperGen.Get("/b/{id}")] public static string B(ref int {|HG0006:id|}) => "";
            [HyperGen.Get("/c")] public static string C([FromQuery] UserId {|HG0006:id|}) => "";
            [HyperGen.Get("/d/{id}")] public static string D(ParsedId id) => "";
            [HyperGen.Get("/e")] public static string E([Microsoft.AspNetCore.Http.AsParameters] Fields {|HG0006:fields|}) => "";
            [HyperGen.Get("/f")] public static string F([Microsoft.AspNetCore.Http.AsParameters] Known {|HG0006:known|}) => "";
            [HyperGen.Get("/g")] public static string G([Microsoft.AspNetCore.Http.AsParameters] Sure sure) => "";
        }
        """);

    private static string Find(string template, string parameters) =>
        $$"""
        [HyperController]
        public static class Users
        {
            [Get("{{template}}")] public static string Find({{parameters}}) => "";
        }
        """;

    private static string Bodies(string handlers) =>
        $$"""
        using System.Text.Json.Serialization;
        using Microsoft.AspNetCore.Http;
        using Microsoft.AspNetCore.Mvc;

        [JsonSerializable(typeof(NewUser))]
        internal sealed partial class AppJsonContext : JsonSerializerContext;

        public sealed record NewUser(string Name);

        public interface IClock;

        [HyperController]
        public static class Users
        {
        {{handlers}}
        }
        """;
}
