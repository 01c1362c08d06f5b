using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Generator.Tests;

public sealed class MetadataTests
{
    [Fact]
    public void Attributes_that_AspNetCore_reads_are_made_anew_the_nearest_last()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using Microsoft.AspNetCore.Authorization;
            using Microsoft.AspNetCore.Cors;
            using Microsoft.AspNetCore.Http.Timeouts;
            using Microsoft.AspNetCore.OutputCaching;
            using Microsoft.AspNetCore.RateLimiting;

            [AttributeUsage(AttributeTargets.All)]
            internal sealed class NeedsAttribute(string role, params int[] levels) : Attribute, IAuthorizeData
            {
                public string? Policy { get; set; }
                public string? Roles { get => role + string.Join('-', levels) + Kind.Name; set { } }
                public string? AuthenticationSchemes { get; set; }
                public Type Kind { get; set; } = typeof(int);
            }

            [Group("/"), Authorize(Policy = "group"), Tags("group \"quoted\"")]
            internal static class Root
            {
                [HyperController("/"), Needs("class", 1, 2, Kind = typeof(Dictionary<,>), AuthenticationSchemes = null)]
                internal static class Site
                {
                    [Get("/a"), Authorize("method"), EndpointName("a"), Obsolete] public static void A() { }
                    [Get("/b"), AllowAnonymous, EnableCors("x"), EnableRateLimiting("y"), RequestTimeout(100), OutputCache(Duration = 5), Host("h.test:80")] public static void B() { }
                }
            }
            """));

        EndpointDescriptor a = app.Endpoints[0];
        Assert.Equal(["group", null, "method"], a.Metadata.OfType<IAuthorizeData>().Select(static d => d.Policy));
        Assert.Equal("class1-2Dictionary`2", a.Metadata.OfType<IAuthorizeData>().ElementAt(1).Roles);
        Assert.Equal(["group \"quoted\""], a.Metadata.OfType<TagsAttribute>().Single().Tags);
        Assert.DoesNotContain(a.Metadata, static m => m is ObsoleteAttribute);
        Assert.Equal(PipelineFeatures.Authorization, a.Requires);
        Assert.Equal(
            PipelineFeatures.Authorization | PipelineFeatures.Cors | PipelineFeatures.RateLimiting | PipelineFeatures.RequestTimeouts | PipelineFeatures.OutputCaching | PipelineFeatures.Host,
            app.Endpoints[1].Requires);
    }

    [Fact]
    public void A_namespace_of_the_program_may_be_called_as_one_of_ours_or_of_the_framework()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            namespace HyperGen.Shop { internal sealed class AuditedAttribute : Attribute; }
            namespace System.Shop { internal sealed class PricedAttribute : Attribute; }
            namespace Program
            {
                [HyperController] internal static class Site { [Get, HyperGen.Shop.Audited, System.Shop.Priced, Obsolete] public static string Get() => ""; }
            }
            """));

        Assert.Equal(["AuditedAttribute", "PricedAttribute"], app.Endpoints[0].Metadata.Select(static m => m.GetType().Name));
    }

    [Fact]
    public void Attributes_are_inherited_as_reflection_has_it()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using Microsoft.AspNetCore.Authorization;

            [Authorize("base")] internal abstract class Guarded;
            [HyperController("/a")] internal sealed class Derived : Guarded { [Get] public string Get() => ""; }
            """));

        Assert.Equal("base", app.Endpoints[0].Metadata.OfType<IAuthorizeData>().Single().Policy);
        Assert.Equal(PipelineFeatures.Authorization, app.Endpoints[0].Requires);
    }

    [Fact]
    public void A_form_is_checked_against_forgery_unless_told_otherwise()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using Microsoft.AspNetCore.Antiforgery;
            using Microsoft.AspNetCore.Mvc;

            [HyperController("/")]
            internal static class Site
            {
                [Post("/a")] public static void A([FromForm] string name) { }
                [Post("/b"), RequireAntiforgeryToken(false)] public static void B([FromForm] string name) { }
                [Post("/c"), RequireAntiforgeryToken] public static void C() { }
                [Post("/d")] public static void D(IFormFile file) { }
            }
            """));

        Assert.Equal(
            [PipelineFeatures.Antiforgery, PipelineFeatures.None, PipelineFeatures.Antiforgery, PipelineFeatures.Antiforgery],
            app.Endpoints.Select(static e => e.Requires));
    }

    [Theory]
    [InlineData("[Microsoft.AspNetCore.Mvc.RequireHttps]", "RequireHttps")]
    [InlineData("[Microsoft.AspNetCore.Mvc.ValidateAntiForgeryToken]", "ValidateAntiForgeryToken")]
    [InlineData("[ApiKey]", "ApiKey")]
    [InlineData("[Hidden]", "Hidden")]
    public void A_guard_that_would_not_stand_is_told(string attribute, string name)
    {
        GeneratedProgram program = GeneratedProgram.Of(new ProgramOptions
        {
            BuildProperties = new Dictionary<string, string> { ["RunAnalyzers"] = "false" },
            ExpectsCleanCompilation = false,
            Sources =
            [
                $$"""
                using Microsoft.AspNetCore.Mvc.Filters;

                internal sealed class ApiKeyAttribute : Attribute, IAsyncActionFilter { public Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next) => next(); }
                file sealed class HiddenAttribute : Attribute, Microsoft.AspNetCore.Authorization.IAuthorizeData { public string? Policy { get; set; } public string? Roles { get; set; } public string? AuthenticationSchemes { get; set; } }

                {{attribute}} [HyperController("/")] internal static class Site { [Get] public static string Get() => ""; }
                """,
            ],
        });

        Assert.Contains("#error HG0011: [" + name + "] on 'Site' would not be enforced", program.Sources["HyperGen.Problems.g.cs"]);
    }

    [Fact]
    public void Verbs_of_the_program_are_read_from_their_base_calls()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            internal class PurgeAttribute(string template) : VerbAttribute(Name, template) { private const string Name = "purge"; }
            internal sealed class PurgeAllAttribute() : PurgeAttribute("/all");
            internal sealed class ReportAttribute : VerbAttribute { public ReportAttribute(int x) : base(template: "/report", method: "REPORT") => X = x; public int X { get; } }

            [HyperController]
            internal static class Cache
            {
                [Purge("/{key}"), PurgeAll, Report(1), Verb("LINK", "/link")] public static void Do() { }
            }
            """));

        Assert.Equal(["PURGE /{key}", "PURGE /all", "REPORT /report", "LINK /link"], app.Endpoints.Select(static e => e.Method + " " + e.Template));
    }

    [Fact]
    public async Task Pushed_resources_are_told_in_a_link_header()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            [HyperController]
            internal static class Site
            {
                [Get, Push("/main.css", Urgency = 1), Push("/font.woff2"), Push("/data")] public static string Home() => "";
            }
            """));

        TestRequest home = await app.RequestAsync("GET", "/");

        Assert.Equal("</main.css>; rel=preload; as=style, </font.woff2>; rel=preload; as=font; crossorigin, </data>; rel=preload", home.ResponseHeaders.Link.ToString());
        Assert.Equal([1, 3, 3], app.Endpoints[0].Push.Select(static p => p.Priority.Urgency));
    }
}
