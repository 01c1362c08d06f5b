using HyperGen.Server.Pipeline;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Hosting;

/// <summary>What the server calls for each request: it finds the endpoint, and runs it straight away or by way of ASP.NET Core's pipeline.</summary>
/// <remarks>The server calls <see cref="CreateContext"/>, <see cref="ProcessRequestAsync"/> and, after the response, <see cref="DisposeContext"/>, in this order, on any thread.</remarks>
/// <typeparam name="THosting">The state that ASP.NET Core's hosting keeps of a request; it is private to that.</typeparam>
internal sealed class HyperApplication<THosting>(
    IHttpApplication<THosting> hosting,
    EndpointTable table,
    ServerServices services,
    StraightWay straight,
    UnhandledExceptions exceptions) : IHttpApplication<RequestContext>
    where THosting : notnull
{
    public RequestContext CreateContext(IFeatureCollection contextFeatures)
    {
        FeatureRequestContext context;
        if (contextFeatures is IHostContextContainer<RequestContext> container)
        {
            context = (FeatureRequestContext?)container.HostContext ?? new FeatureRequestContext(services);
            container.HostContext = context;
        }
        else
        {
            context = new FeatureRequestContext(services);
        }
        context.Attach(contextFeatures);
        context.FindEndpoint(table);
        if (!straight.IsOpenTo(context))
        {
            context.Hosted = hosting.CreateContext(HostedFeatures<THosting>.Of(context, contextFeatures));
        }
        return context;
    }

    public Task ProcessRequestAsync(RequestContext context)
    {
        var request = (FeatureRequestContext)context;
        if (request.Hosted is not null)
        {
            return hosting.ProcessRequestAsync((THosting)request.Hosted);
        }
        if (request.Served is not { } endpoint)
        {
            return Unmatched.AnswerAsync(request, table).AsTask();
        }
        ValueTask pending;
        try
        {
            BodyLimit.Apply(endpoint.Descriptor, request.Features);
            pending = endpoint.InvokeAsync(request);
            if (pending.IsCompletedSuccessfully)
            {
                pending.GetAwaiter().GetResult();
                return Task.CompletedTask;
            }
        }
        catch (Exception failure)
        {
            return exceptions.AnswerAsync(request, failure).AsTask();
        }
        return AwaitAsync(pending, request);
    }

    public void DisposeContext(RequestContext context, Exception? exception)
    {
        var request = (FeatureRequestContext)context;
        if (request.Hosted is { } hosted)
        {
            hosting.DisposeContext((THosting)hosted, exception);
        }
        request.Detach();
    }

    private async Task AwaitAsync(ValueTask pending, FeatureRequestContext request)
    {
        try
        {
            await pending;
        }
        catch (Exception failure)
        {
            await exceptions.AnswerAsync(request, failure);
        }
    }
}
