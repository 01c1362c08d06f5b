namespace HyperGen.Generator.Tests;

public sealed class GroupTests
{
    [Fact]
    public async Task Prefixes_join_from_the_outermost_group_inwards()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            [Group("/api")]
            internal static class Api
            {
                [Group("v1")]
                internal static class V1
                {
                    [HyperController("users/")]
                    internal static class Users
                    {
                        [Get("/{id}")] public static string Find(string id) => "nested " + id;
                        [Get] public static string All() => "all";
                    }
                }
            }

            [HyperController("orders", Group = typeof(Api.V1))]
            internal static class Orders
            {
                [Get] public static string All() => "orders";
            }
            """));

        Assert.Equal("200 nested 7", await app.GetAsync("/api/v1/users/7"));
        Assert.Equal("200 all", await app.GetAsync("/api/v1/users"));
        Assert.Equal("200 orders", await app.GetAsync("/api/v1/orders"));
        Assert.Equal("404", await app.GetAsync("/users"));
    }

    [Fact]
    public async Task A_named_group_wins_over_nesting()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            [Group("/a")] internal static class A
            {
                [HyperController("x", Group = typeof(B))] internal static class X { [Get] public static string Get() => "x"; }
            }

            [Group("/b")] internal static class B;
            """));

        Assert.Equal("200 x", await app.GetAsync("/b/x"));
        Assert.Equal("404", await app.GetAsync("/a/x"));
    }

    [Theory]
    [InlineData("[Group(\"/a\", Group = typeof(B))] class A; [Group(\"/b\", Group = typeof(A))] class B;", "in a circle")]
    [InlineData("class A;", "'A' is not a group")]
    public void A_group_that_is_none_is_told(string groups, string reason)
    {
        GeneratedProgram program = GeneratedProgram.Of(new ProgramOptions
        {
            Sources = [groups + " [HyperController(\"/x\", Group = typeof(A))] static class X { [Get] public static string Get() => \"\"; }"],
            BuildProperties = new Dictionary<string, string> { ["RunAnalyzers"] = "false" },
            ExpectsCleanCompilation = false,
        });

        Assert.Contains("#error HG0015", program.Sources["HyperGen.Problems.g.cs"]);
        Assert.Contains(reason, program.Sources["HyperGen.Problems.g.cs"]);
    }

    [Fact]
    public async Task The_nearest_limit_wins_and_ours_over_theirs_on_one_level()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using Microsoft.AspNetCore.Mvc;

            [Group("/"), MaxBody(1), Deadline(10), Priority(1, incremental: true)]
            internal static class Root
            {
                [HyperController("/"), RequestSizeLimit(2)]
                internal static class Uploads
                {
                    [Post("a")] public static void A() { }
                    [Post("b"), MaxBody(3), RequestSizeLimit(4), Deadline(20)] public static void B() { }
                    [Post("c"), DisableRequestSizeLimit, Priority(5)] public static void C() { }
                }
            }
            """));

        Assert.Equal([2L, 3L, long.MaxValue], app.Endpoints.Select(static e => e.MaxBody!.Value));
        Assert.Equal([10, 20, 10], app.Endpoints.Select(static e => e.Deadline!.Value));
        Assert.Equal("u=1, i", (await app.RequestAsync("POST", "/a")).ResponseHeaders["Priority"].ToString());
        Assert.Equal("u=5", (await app.RequestAsync("POST", "/c")).ResponseHeaders["Priority"].ToString());
    }
}
