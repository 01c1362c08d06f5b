using System.Buffers;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using HyperGen.CompilerServices;
using HyperGen.Generator;
using HyperGen.Testing;
using Microsoft.Extensions.Logging;

namespace HyperGen.Agreement.Tests;

/// <summary>A HyperApp, as users run it, over the generated router.</summary>
internal static class HyperGenServer
{
    public static async Task<(HyperApp App, IPEndPoint Address)> StartAsync(CompiledRouter router, CancellationToken stop)
    {
        var builder = new HyperAppBuilder(new App(router), ["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        HyperApp app = builder.Build();
        await app.StartAsync(stop);
        return (app, IPEndPoint.Parse(new Uri(app.Urls.Single()).Authority));
    }

    private sealed class App(CompiledRouter router) : GeneratedApp
    {
        public override IReadOnlyList<EndpointModule> Modules => field ??= [new Module(router.Routes)];

        public override int MaxRouteValues => router.MaxRouteValues;

        public override int Match(string method, ReadOnlySpan<byte> path, Span<RouteRange> values) => router.Match(method, path, values);

        public override string AllowedMethods(int match) => router.Allow(match);

        public override ValueTask InvokeAsync(int endpoint, RequestContext context) => Modules[0].InvokeAsync(endpoint, context);
    }

    /// <summary>One endpoint for each route, which answers with its template and the values that it was given.</summary>
    private sealed class Module(IReadOnlyList<RouteEntry> routes) : EndpointModule
    {
        public override IReadOnlyList<EndpointDescriptor> Endpoints => field ??= [.. routes.Select(static route => new EndpointDescriptor
        {
            Method = route.Method,
            Template = route.Template.Text,
            Parameters = [.. route.Template.Parameters.Select(static parameter => parameter.Name)],
            DisplayName = $"{route.Method} {route.Template.Text}",
            MethodFactory = static () => typeof(Module).GetMethod(nameof(InvokeAsync), BindingFlags.Public | BindingFlags.Instance)!,
        })];

        public override IReadOnlyList<ServiceRequirement> Services => [];

        public override void ConfigureJson(JsonSerializerOptions options)
        {
        }

        public override void Initialize(ModuleServices services)
        {
        }

        public override ValueTask InvokeAsync(int endpoint, RequestContext context)
        {
            RouteTemplate template = routes[endpoint].Template;
            byte[] body = Encoding.UTF8.GetBytes(Answer.Show(template.Text, template.Parameters.Select(parameter => (parameter.Name, context.HasRouteValue(parameter.Ordinal)
                ? Encoding.UTF8.GetString(context.RouteValue(parameter.Ordinal))
                : parameter.DefaultValue ?? ""))));
            context.ResponseHeaders.ContentLength = body.Length;
            context.ResponseBody.Write(body);
            return default;
        }
    }
}
