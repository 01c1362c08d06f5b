using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>HG0011.</summary>
public sealed class SecurityTests
{
    [Fact]
    public Task An_attribute_that_would_guard_nothing_is_told() => Verify.RulesAsync(
        """
        using Microsoft.AspNetCore.Mvc;
        using Microsoft.AspNetCore.Mvc.Filters;
        [AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
        public sealed class AdminsAttribute : Attribute, IAuthorizationFilter { public void OnAuthorization(AuthorizationFilterContext context) { } }
        [AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
        public sealed class AuditAttribute : ActionFilterAttribute;
        public static class Outer
        {
            private sealed class HiddenAttribute : Microsoft.AspNetCore.Authorization.AuthorizeAttribute;
            [HyperController("/outer")]
            public static class Inner { [HyperGen.Get, {|HG0011:Hidden|}] public static string X() => ""; }
        }
        [HyperController("/users"), {|HG0011:RequireHttps|}]
        public static class Users
        {
            [HyperGen.Post("/a"), {|HG0011:ValidateAntiForgeryToken|}] public static string A() => "";
            [HyperGen.Post("/b"), {|HG0011:Admins|}] public static string B() => "";
            [HyperGen.Post("/c"), {|HG0011:Audit|}] public static string C() => "";
        }
        """,
        "[Hidden] on 'Outer.Inner.X' would not be enforced: generated code cannot reach the attribute: make it internal or public",
        "[RequireHttps] on 'Users' would not be enforced: it is an authorization filter of MVC, and MVC does not run here: use [Authorize] with a policy, or a middleware",
        "[ValidateAntiForgeryToken] on 'Users.A' would not be enforced: it is a filter of MVC, and MVC does not run here: use [RequireAntiforgeryToken], [Authorize] with a policy, or a middleware",
        "[Admins] on 'Users.B' would not be enforced: it is an authorization filter of MVC, and MVC does not run here: use [Authorize] with a policy, or a middleware",
        "[Audit] on 'Users.C' would not be enforced: it is a filter of MVC, and MVC does not run here: use a middleware");

    [Fact]
    public Task A_limit_that_only_running_it_would_tell_is_told() => Verify.RulesAsync(
        """
        using Microsoft.AspNetCore.Http.Metadata;
        using Microsoft.AspNetCore.Mvc;
        [AttributeUsage(AttributeTargets.Method)]
        public sealed class SmallAttribute : Attribute, IRequestSizeLimitMetadata { public long? MaxRequestBodySize => 4; }
        [HyperController("/users")]
        public static class Users
        {
            [HyperGen.Post("/a"), {|HG0011:Small|}] public static string A() => "";
            [HyperGen.Post("/b"), DisableRequestSizeLimit] public static string B() => "";
            [HyperGen.Post("/c"), RequestSizeLimit(5)] public static string C() => "";
        }
        """,
        "[Small] on 'Users.A' would not be enforced: its limit is known only at run time: use [MaxBody], or give its constructor a parameter 'long bytes'");

    [Fact]
    public Task No_attribute_that_ASPNET_Core_reads_may_be_out_of_reach() => Verify.RulesAsync(
        """
        using Microsoft.AspNetCore.Authorization;
        using Microsoft.AspNetCore.Cors;
        using Microsoft.AspNetCore.Routing;
        public static class Outer
        {
            private sealed class AnyoneAttribute : Attribute, IAllowAnonymous;
            private sealed class OpenAttribute : EnableCorsAttribute;
            private sealed class HereAttribute : Attribute, IHostMetadata { public IReadOnlyList<string> Hosts => ["a.example"]; }
            [HyperController("/outer")]
            public static class Inner
            {
                [Get("/a"), {|HG0011:Anyone|}] public static string A() => "";
                [Get("/b"), {|HG0011:Open|}] public static string B() => "";
                [Get("/c"), {|HG0011:Here|}] public static string C() => "";
            }
        }
        """,
        "[Anyone] on 'Outer.Inner.A' would not be enforced: generated code cannot reach the attribute: make it internal or public",
        "[Open] on 'Outer.Inner.B' would not be enforced: generated code cannot reach the attribute: make it internal or public",
        "[Here] on 'Outer.Inner.C' would not be enforced: generated code cannot reach the attribute: make it internal or public");

    [Fact]
    public Task What_ASPNET_Core_enforces_is_left_alone() => Verify.RulesAsync(
        """
        using Microsoft.AspNetCore.Antiforgery;
        using Microsoft.AspNetCore.Authorization;
        using Microsoft.AspNetCore.Cors;
        using Microsoft.AspNetCore.RateLimiting;
        [AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
        internal sealed class AdminsAttribute : AuthorizeAttribute;
        [HyperController("/users"), Authorize]
        public static class Users
        {
            [Post("/a"), RequireAntiforgeryToken] public static string A() => "";
            [Get("/b"), AllowAnonymous] public static string B() => "";
            [Get("/c"), Admins, EnableCors("all"), EnableRateLimiting("slow")] public static string C() => "";
        }
        """);
}
