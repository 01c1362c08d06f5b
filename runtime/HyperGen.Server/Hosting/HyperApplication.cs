using HyperGen.Server.Http3;
using HyperGen.Server.Pipeline;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Hosting;

/// <summary>What the server calls for each request, whatever state ASP.NET Core's hosting keeps of one.</summary>
internal abstract class HyperApplication : IHttpApplication<RequestContext>
{
    public abstract RequestContext CreateContext(IFeatureCollection contextFeatures);

    /// <summary>
    /// Does what <see cref="CreateContext"/> does, unless that would run code of ASP.NET Core's: then it answers false and has done nothing. So it may be called
    /// where code that nobody knows must not run.
    /// </summary>
    public abstract bool TryCreateContext(FeatureRequestContext context, IFeatureCollection contextFeatures);

    public abstract Task ProcessRequestAsync(RequestContext context);

    public abstract void DisposeContext(RequestContext context, Exception? exception);
}

/// <summary>It finds the endpoint of a request, and runs it straight away or by way of ASP.NET Core's pipeline.</summary>
/// <remarks>The server calls <see cref="CreateContext"/>, <see cref="ProcessRequestAsync"/> and, after the response, <see cref="DisposeContext"/>, in this order, on any thread.</remarks>
/// <typeparam name="THosting">The state that ASP.NET Core's hosting keeps of a request; it is private to that.</typeparam>
internal sealed class HyperApplication<THosting>(
    IHttpApplication<THosting> hosting,
    EndpointTable table,
    ServerServices services,
    StraightWay straight,
    AlternativeServices alternatives,
    UnhandledExceptions exceptions) : HyperApplication
    where THosting : notnull
{
    public override RequestContext CreateContext(IFeatureCollection contextFeatures)
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
        if (context is not Http3RequestContext)
        {
            alternatives.Tell(contextFeatures);
        }
        context.FindEndpoint(table);
        if (!straight.IsOpenTo(context))
        {
            context.Hosted = hosting.CreateContext(HostedFeatures<THosting>.Of(context, contextFeatures));
        }
        return context;
    }

    public override bool TryCreateContext(FeatureRequestContext context, IFeatureCollection contextFeatures)
    {
        context.Attach(contextFeatures);
        context.FindEndpoint(table);
        if (straight.IsOpenTo(context))
        {
            return true;
        }
        context.Detach();
        return false;
    }

    public override Task ProcessRequestAsync(RequestContext context)
    {
        var request = (FeatureRequestContext)context;
        Task processing = ProcessAsync(request);
        return request.IsFlushedByServer ? processing : FlushAfterAsync(processing, request);
    }

    private static async Task FlushAfterAsync(Task processing, FeatureRequestContext request)
    {
        await processing;
        await request.FlushUnsentAsync();
    }

    private Task ProcessAsync(FeatureRequestContext request)
    {
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
            if (endpoint.Descriptor.MaxBody is not null)
            {
                BodyLimit.Apply(endpoint.Descriptor, request.BorrowedFeatures);
            }
            pending = endpoint.InvokeAsync(request);
            if (pending.IsCompletedSuccessfully)
            {
                pending.GetAwaiter().GetResult();
                return Task.CompletedTask;
            }
        }
        catch (Exception failure)
        {
            return AnswerAsync(request, failure);
        }
        return AwaitAsync(pending, request);
    }

    public override void DisposeContext(RequestContext context, Exception? exception)
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
            await AnswerAsync(request, failure);
        }
    }

    /// <summary>Answers a failure: on a worker, because loggers and exception handlers are code that a shard must not wait for.</summary>
    private async Task AnswerAsync(FeatureRequestContext request, Exception failure)
    {
        if (request.RunsInline)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
        await exceptions.AnswerAsync(request, failure);
    }
}
