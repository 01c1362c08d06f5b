using HyperGen.Generator;
using HyperGen.Testing;

namespace HyperGen.Routing.Tests;

public sealed class RouteConflictsTests
{
    [Theory]
    [InlineData("/users/{id}", "/users/{id}")]
    [InlineData("/users/{id:int}", "/USERS/{ID:int}/")]
    [InlineData("/", "/")]
    public void The_same_template_twice_is_a_duplicate(string first, string second) => Assert.True(Assert.Single(Find(first, second)).IsDuplicate);

    [Theory]
    [InlineData("/users/{id}", "/users/{name}")]
    [InlineData("/users/{id:int}", "/users/{id:long}")]
    [InlineData("/users/{id:int}", "/users/{id:min(5)}")]
    [InlineData("/users/{id:length(3)}", "/users/{id:alpha}")]
    [InlineData("/users/{id:range(1,5)}", "/users/{id:range(5,9)}")]
    [InlineData("/users/{id:int:min(7)}", "/users/{id:int}")]
    [InlineData("/{a}.{b}", "/{c}.{d}")]
    [InlineData("/{a?}", "/{b}")]
    [InlineData("/{**a}", "/{*b}")]
    [InlineData("/{a:int}/x", "/{a:decimal}/X")]
    public void Templates_that_match_a_path_equally_well_are_ambiguous(string first, string second) => Assert.False(Assert.Single(Find(first, second)).IsDuplicate);

    [Theory]
    [InlineData("/users/{id}", "/users/me")]
    [InlineData("/users/{id:int}", "/users/{name}")]
    [InlineData("/users/{id:int}", "/users/{name:alpha}")]
    [InlineData("/users/{id:min(5)}", "/users/{id:max(4)}")]
    [InlineData("/users/{id:file}", "/users/{id:nonfile}")]
    [InlineData("/users/{id:length(3)}", "/users/{id:length(4)}")]
    [InlineData("/{a}.{b}", "/{c}-{d}")]
    [InlineData("/{a}", "/{**b}")]
    [InlineData("/a/{b?}", "/a")]
    [InlineData("/é", "/É")]
    public void Templates_that_precedence_or_constraints_tell_apart_are_not(string first, string second) => Assert.Empty(Find(first, second));

    [Fact]
    public void Different_methods_never_conflict() => Assert.Empty(RouteConflicts.Find(CompiledRouter.Entries([("GET", "/a/{b}"), ("POST", "/a/{b}")])));

    [Fact]
    public void Each_route_is_reported_once() => Assert.Equal(2, Find("/a", "/A", "/a/").Count);

    private static IReadOnlyList<RouteConflict> Find(params string[] templates) =>
        RouteConflicts.Find(CompiledRouter.Entries(templates.Select(static template => ("GET", template))));
}
