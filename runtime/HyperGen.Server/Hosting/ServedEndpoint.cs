using HyperGen.CompilerServices;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace HyperGen.Server.Hosting;

/// <summary>An endpoint with its number and its looks to ASP.NET Core.</summary>
internal sealed class ServedEndpoint(int number, EndpointDescriptor descriptor, EndpointTable table)
{
    /// <summary>One slow run may be the compiler's, or a pause; on workers a route costs a few microseconds more, so a second is enough.</summary>
    private const int MaxSlowRuns = 2;

    private int _slowRuns;

    /// <summary>Its number within the application.</summary>
    public int Number { get; } = number;

    public EndpointDescriptor Descriptor { get; } = descriptor;

    /// <summary>Whether it may run on the thread that received the request: it is made for that, and has not been too slow for it.</summary>
    public bool RunsInline => Descriptor.Inline && Volatile.Read(ref _slowRuns) < MaxSlowRuns;

    /// <summary>The endpoint as ASP.NET Core's middleware, metrics and link generation see it.</summary>
    public RouteEndpoint Route => field ??= (RouteEndpoint)Builder(RoutePatternFactory.Parse(Descriptor.Template), InvokeAsync).Build();

    /// <summary>The hosts that the endpoint answers for.</summary>
    public HostPatterns Hosts => field ??= new HostPatterns(Descriptor);

    /// <summary>Notes that it took longer than a shard can wait; whether it runs on workers because of this.</summary>
    public bool OnSlowRun() => Interlocked.Increment(ref _slowRuns) == MaxSlowRuns;

    /// <summary>Describes the endpoint to ASP.NET Core, in the order of its own minimal APIs: the method, the HTTP method, the attributes.</summary>
    public RouteEndpointBuilder Builder(RoutePattern pattern, RequestDelegate handler)
    {
        var builder = new RouteEndpointBuilder(handler, pattern, order: 0)
        {
            DisplayName = $"{Descriptor.Method} {pattern.RawText} => {Descriptor.DisplayName}",
            Metadata = { Descriptor.MethodInfo, new HttpMethodMetadata([Descriptor.Method]) },
        };
        foreach (object metadata in Descriptor.Metadata)
        {
            builder.Metadata.Add(metadata);
        }
        EndpointDescription.Add(Descriptor, builder);
        return builder;
    }

    /// <summary>Runs the endpoint, with the limits its attributes set.</summary>
    public ValueTask InvokeAsync(FeatureRequestContext context)
    {
        if (Descriptor.Deadline is { } milliseconds)
        {
            context.StartDeadline(milliseconds);
        }
        return table.Generated.InvokeAsync(Number, context);
    }

    private Task InvokeAsync(HttpContext http) => InvokeAsync(http.Features.GetRequiredFeature<FeatureRequestContext>()).AsTask();
}
