using HyperGen.Server.Hosting;
using HyperGen.Server.Pipeline;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;
using AspNetEndpoint = Microsoft.AspNetCore.Http.Endpoint;

namespace HyperGen.Server.AspNetCore;

/// <summary>Shows the generated endpoints to ASP.NET Core's routing, with the conventions that the application adds to them.</summary>
internal sealed class MappedEndpointDataSource(MappedApp app) : EndpointDataSource, IEndpointConventionBuilder
{
    private readonly List<Action<EndpointBuilder>> _conventions = [];
    private readonly List<Action<EndpointBuilder>> _finally = [];

    public override IReadOnlyList<AspNetEndpoint> Endpoints => field ??= Build(RoutePatternFactory.Parse(""), [], []);

    public override IReadOnlyList<AspNetEndpoint> GetGroupedEndpoints(RouteGroupContext context) =>
        Build(context.Prefix, context.Conventions, context.FinallyConventions);

    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    public void Add(Action<EndpointBuilder> convention) => _conventions.Add(convention);

    public void Finally(Action<EndpointBuilder> finalConvention) => _finally.Add(finalConvention);

    private List<AspNetEndpoint> Build(
        RoutePattern prefix,
        IReadOnlyList<Action<EndpointBuilder>> groupConventions,
        IReadOnlyList<Action<EndpointBuilder>> groupFinally)
    {
        var endpoints = new List<AspNetEndpoint>(app.Table.Endpoints.Count);
        foreach (ServedEndpoint endpoint in app.Table.Endpoints)
        {
            RoutePattern pattern = RoutePatternFactory.Combine(prefix, RoutePatternFactory.Parse(endpoint.Descriptor.Template));
            RouteEndpointBuilder builder = endpoint.Builder(pattern, http => InvokeAsync(http, endpoint));
            object[] own = [.. builder.Metadata];
            builder.Metadata.Clear();
            Apply(groupConventions, builder);
            foreach (object metadata in own)
            {
                builder.Metadata.Add(metadata);
            }
            Apply(_conventions, builder);
            Apply(_finally, builder);
            Apply(groupFinally, builder);
            if (builder.FilterFactories.Count > 0)
            {
                throw new InvalidOperationException(
                    $"The endpoint filter added to {endpoint.Descriptor.DisplayName} would not run: a generated endpoint has no argument list to filter. Write a middleware and [Use<…>] it.");
            }
            endpoints.Add(builder.Build());
        }
        return endpoints;
    }

    private static void Apply(IReadOnlyList<Action<EndpointBuilder>> conventions, EndpointBuilder builder)
    {
        foreach (Action<EndpointBuilder> convention in conventions)
        {
            convention(builder);
        }
    }

    private async Task InvokeAsync(HttpContext http, ServedEndpoint endpoint)
    {
        FeatureRequestContext context = app.Rent();
        CancellationToken clientGone = http.RequestAborted;
        try
        {
            context.Attach(http);
            context.CopyRouteValues(endpoint, http.Request.RouteValues);
            await RunAsync(context, endpoint);
            await context.FlushUnsentAsync();
        }
        finally
        {
            if (endpoint.Descriptor.Deadline is not null)
            {
                // The deadline was the endpoint's: middleware around it goes on with the token it had.
                http.RequestAborted = clientGone;
            }
            app.Return(context);
        }
    }

    private static async ValueTask RunAsync(FeatureRequestContext context, ServedEndpoint endpoint)
    {
        try
        {
            if (!AntiforgeryCheck.Refuses(context))
            {
                await endpoint.InvokeAsync(context);
            }
        }
        catch (Exception late) when (late is OperationCanceledException or IOException && context.IsLate && !context.HasWritten)
        {
            UnhandledExceptions.WriteLate(context);
        }
        catch (Exception gone) when (!context.IsLate && ClientGone.Explains(gone, context))
        {
            ClientGone.End(context);
        }
        catch (BadHttpRequestException bad) when (!context.HasWritten)
        {
            // The server would answer with that status too, but say nothing.
            UnhandledExceptions.WriteRefused(context, bad);
        }
    }
}
