using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Pipeline;

/// <summary>The first and the last step of the pipeline: finding the endpoint, and running it when all middleware between has let the request pass.</summary>
internal sealed class EndpointSelection(EndpointTable table, ServerServices services, UnhandledExceptions exceptions)
{
    /// <summary>The request that the selection has found the endpoint of.</summary>
    public static FeatureRequestContext Of(HttpContext http) => http.Features.GetRequiredFeature<FeatureRequestContext>();

    /// <summary>Finds the endpoint, anew even where <see cref="HyperServer"/> has done so: middleware of a start-up filter may have rewritten the path since.</summary>
    public RequestDelegate Select(RequestDelegate next) => async http =>
    {
        FeatureRequestContext? context = http.Features.Get<FeatureRequestContext>();
        if (context is null)
        {
            context = new FeatureRequestContext(services);
            http.Features.Set(context);
        }
        context.Attach(http);
        context.FindEndpoint(table);
        if (context.Match < GeneratedApp.NoMatch && PreflightMethod(http.Request) is { } method)
        {
            context.FindPreflightEndpoint(table, method);
        }
        context.Announce(http);
        if (context.Endpoint is { } endpoint)
        {
            BodyLimit.Apply(endpoint, http.Features);
        }
        try
        {
            await next(http);
        }
        catch (Exception failure)
        {
            await exceptions.AnswerAsync(context, failure);
        }
    };

    /// <summary>Runs the endpoint; passes on what has none.</summary>
    public static RequestDelegate Run(RequestDelegate next) => async http =>
    {
        FeatureRequestContext context = Of(http);
        if (context.Served is not { } endpoint || context.IsPreflight)
        {
            await next(http);
        }
        else if (!AntiforgeryCheck.Refuses(context))
        {
            await endpoint.InvokeAsync(context);
            await context.FlushUnsentAsync();
        }
    };

    /// <summary>The method that a CORS preflight asks permission for. The endpoint of that method then decides, as in ASP.NET Core's routing.</summary>
    private static string? PreflightMethod(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.Origin.Count > 0 && request.Headers.AccessControlRequestMethod is [{ Length: > 0 } method] ? method : null;
}
