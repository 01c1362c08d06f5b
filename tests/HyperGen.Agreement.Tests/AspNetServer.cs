using System.Globalization;
using System.Net;
using HyperGen.Generator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HyperGen.Agreement.Tests;

/// <summary>Kestrel with ASP.NET Core's own routing.</summary>
internal static class AspNetServer
{
    public static async Task<(WebApplication App, IPEndPoint Address)> StartAsync(IReadOnlyList<RouteEntry> routes, CancellationToken stop)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting(static options => options.SetParameterPolicy<Microsoft.AspNetCore.Routing.Constraints.RegexInlineRouteConstraint>("regex"));
        WebApplication app = builder.Build();
        foreach (RouteEntry route in routes)
        {
            app.MapMethods(route.Template.Text, [route.Method], context => WriteAsync(context, route));
        }
        await app.StartAsync(stop);
        return (app, AddressOf(app.Services.GetRequiredService<IServer>()));
    }

    public static IPEndPoint AddressOf(IServer server) =>
        IPEndPoint.Parse(new Uri(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single()).Authority);

    private static Task WriteAsync(HttpContext context, RouteEntry route)
    {
        string body = Answer.Show(route.Template.Text, route.Template.Parameters.Select(parameter =>
            (parameter.Name, Convert.ToString(context.Request.RouteValues[parameter.Name], CultureInfo.InvariantCulture) ?? "")));
        context.Response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(body);
        return context.Response.WriteAsync(body);
    }
}
