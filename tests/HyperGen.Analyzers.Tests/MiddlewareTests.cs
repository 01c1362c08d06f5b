using HyperGen.CodeFixes;
using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>HG0012.</summary>
public sealed class MiddlewareTests
{
    private const string Invoke = "public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext => next.InvokeAsync(context);";

    [Fact]
    public Task A_class_of_another_shape_is_told_where_it_is_used() => Verify.RulesAsync(
        $$"""
        [assembly: {|HG0012:Use<Open>|}]
        public class Open { {{Invoke}} }
        public sealed class Empty;
        public sealed class Good { {{Invoke}} }
        public static class Hidden { private sealed class M { {{Invoke}} }
            [HyperController("/h"), {|HG0012:Use<M>|}] internal static class H { [Get] public static string X() => ""; } }
        [HyperController, Use<Good>]
        public static class Users
        {
            [Get("/a"), {|HG0012:Use<Empty>|}] public static string A() => "";
            [Get("/b"), Use<Good>] public static string B() => "";
        }
        """,
        "'Open' cannot be used as middleware: it is not sealed",
        "'Hidden.M' cannot be used as middleware: generated code cannot reach it: make it, and the types that contain it, internal or public",
        "'Empty' cannot be used as middleware: it lacks a method 'ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext'");

    [Fact]
    public Task It_is_sealed() => VerifyFix<InvalidMiddlewareCodeFixProvider>.AppliesAsync(Program("public class Log { " + Invoke + " }"), Program("public sealed class Log { " + Invoke + " }"));

    [Fact]
    public Task It_is_made_internal() => VerifyFix<InvalidMiddlewareCodeFixProvider>.AppliesAsync(
        Hidden("private sealed class Log { " + Invoke + " }"),
        Hidden("internal sealed class Log { " + Invoke + " }"));

    [Fact]
    public Task It_is_given_the_method() => VerifyFix<InvalidMiddlewareCodeFixProvider>.AppliesAsync(
        Program(
            """
            public sealed class Log
            {
            }
            """),
        Program(
            """
            public sealed class Log
            {
                public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext => next.InvokeAsync(context);
            }
            """));

    [Fact]
    public Task A_method_for_ASPNET_Core_is_rewritten() => VerifyFix<InvalidMiddlewareCodeFixProvider>.AppliesAsync(
        Program(
            """
            public sealed class Log
            {
                // Before and after.
                public async Task Invoke(RequestContext request, Func<RequestContext, ValueTask> go)
                {
                    await go(request);
                }
            }
            """),
        Program(
            """
            public sealed class Log
            {
                // Before and after.
                public async ValueTask InvokeAsync<TNext>(RequestContext request, TNext go) where TNext : struct, INext
                {
                    await go.InvokeAsync(request);
                }
            }
            """));

    private static string Hidden(string middleware) =>
        $$"""
        public static class Outer
        {
            {{middleware}}
            [HyperController, Use<Log>] public static class Users { [Get] public static string X() => ""; }
        }
        """;

    private static string Program(string middleware) =>
        $$"""
        [HyperController, Use<Log>] public static class Users { [Get] public static string X() => ""; }
        {{middleware}}
        """;
}
