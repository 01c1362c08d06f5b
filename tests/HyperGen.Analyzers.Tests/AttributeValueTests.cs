using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>HG0015.</summary>
public sealed class AttributeValueTests
{
    [Fact]
    public Task A_value_out_of_range_is_told_once_where_it_stands() => Verify.RulesAsync(
        """
        [HyperController("/users"), {|HG0015:Deadline(0)|}]
        public static class Users
        {
            [Get("/a"), {|HG0015:MaxBody(-1)|}] public static string A() => "";
            [Get("/b"), {|HG0015:Priority(8)|}] public static string B() => "";
            [Get("/c"), {|HG0015:Push("main.css")|}, {|HG0015:Push("/a", Urgency = -1)|}] public static string C() => "";
            [{|HG0015:Verb("GET IT", "/d")|}] public static string D() => "";
        }
        """,
        "[Deadline] on 'Users': a deadline has 1 millisecond or more",
        "[MaxBody] on 'Users.A': the largest body has 0 bytes or more",
        "[Priority] on 'Users.B': an urgency is 0 to 7",
        "[Push] on 'Users.C': the path begins with '/' and has only characters of a URL: 'main.css' does not",
        "[Push] on 'Users.C': an urgency is 0 to 7",
        "[Verb] on 'Users.D': 'GET IT' is not an HTTP method: it has characters that a token of RFC 9110 does not");

    [Fact]
    public Task A_group_that_is_none_and_groups_in_a_circle_are_told() => Verify.RulesAsync(
        """
        public static class NoGroup;
        [Group("/a", Group = typeof(B))] public static class {|HG0015:A|};
        [Group("/b", Group = typeof(A))] public static class B;
        [{|HG0015:HyperController("/c", Group = typeof(NoGroup))|}] public static class C { [Get] public static string X() => ""; }
        [HyperController("/d", Group = typeof(A))] public static class D { [Get] public static string X() => ""; }
        """,
        "[Group] on 'A': the groups name each other in a circle",
        "[HyperController] on 'C': 'NoGroup' is not a group: mark it [Group(\"/prefix\")]");

    [Fact]
    public Task Values_at_the_ends_of_their_ranges_are_left_alone() => Verify.RulesAsync(
        """
        [HyperController("/users"), Deadline(1)]
        public static class Users
        {
            [Get("/a"), MaxBody(0), Priority(0)] public static string A() => "";
            [Get("/b"), Priority(7, incremental: true), Push("/a", Urgency = 7)] public static string B() => "";
            [Verb("PURGE", "/d")] public static string D() => "";
        }
        """);
}
