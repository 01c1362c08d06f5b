using HyperGen.CompilerServices;
using HyperGen.Server.Pipeline;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace HyperGen.Server.Hosting;

/// <summary>An endpoint with its number and its looks to ASP.NET Core.</summary>
internal sealed class ServedEndpoint(int number, EndpointDescriptor descriptor, EndpointTable table)
{
    /// <summary>So many quick runs make up for a slow one, which may be the compiler's or a pause of the machine: on a busy one, a thread is now and then put aside.</summary>
    private const int RunsToForgive = 50;

    /// <summary>So many runs on workers earn another chance; each time it is spoilt, ten times as many. So what is slow only at first comes back, and what is slow stays away.</summary>
    private const int RunsToFirstChance = 1000;

    private int _owedRuns;
    private int _workerRuns;
    private int _runsToNextChance = RunsToFirstChance;

    /// <summary>Its number within the application.</summary>
    public int Number { get; } = number;

    public EndpointDescriptor Descriptor { get; } = descriptor;

    /// <summary>Whether it may run on the thread that received the request: it is made for that, and has not been too slow for it of late.</summary>
    public bool RunsInline => Descriptor.Inline && Volatile.Read(ref _workerRuns) <= 0;

    /// <summary>The endpoint as ASP.NET Core's middleware, metrics and link generation see it.</summary>
    public RouteEndpoint Route => field ??= (RouteEndpoint)Builder(RoutePatternFactory.Parse(Descriptor.Template), InvokeAsync).Build();

    /// <summary>The hosts that the endpoint answers for.</summary>
    public HostPatterns Hosts => field ??= new HostPatterns(Descriptor);

    /// <summary>Notes a run on the thread that received the request; whether it was one slow run too many, so that the endpoint is left to workers now for the first time.</summary>
    /// <remarks>Shards that note a run at the same time may lose one of the two: it makes no difference.</remarks>
    public bool OnInlineRun(bool isSlow)
    {
        if (isSlow)
        {
            if (Interlocked.Add(ref _owedRuns, RunsToForgive) <= RunsToForgive)
            {
                return false;
            }

            // The next chance is spoilt by a single slow run.
            _owedRuns = RunsToForgive;
            bool isFirst = _runsToNextChance == RunsToFirstChance;
            Volatile.Write(ref _workerRuns, _runsToNextChance);
            _runsToNextChance = (int)Math.Min(_runsToNextChance * 10L, int.MaxValue);
            return isFirst;
        }
        if (_owedRuns > 0)
        {
            _owedRuns--;
        }
        return false;
    }

    /// <summary>Notes a run on a worker.</summary>
    public void OnWorkerRun()
    {
        if (_workerRuns > 0)
        {
            _workerRuns--;
        }
    }

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
        if (Descriptor.MaxBody is { } bytes)
        {
            builder.Metadata.Add(new BodyLimitMetadata(bytes == long.MaxValue ? null : bytes));
        }
        EndpointDescription.Add(Descriptor, builder);
        return builder;
    }

    /// <summary>Whether a request may run that may be a replay: the endpoint says so, and the method is one that clients may send early at all.</summary>
    public bool MayRunEarly(string method) =>
        Descriptor.EarlyData && (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));

    /// <summary>Runs the endpoint, with the limits its attributes set.</summary>
    public ValueTask InvokeAsync(FeatureRequestContext context)
    {
        //= https://www.rfc-editor.org/rfc/rfc8470#section-5.1
        //# Requests that contain the Early-Data header field and cannot be safely processed MUST be rejected using the 425 (Too Early) status code.
        if (context.IsEarly && !MayRunEarly(context.Method))
        {
            PreparedProblem.TooEarly.Write(context);
            return ValueTask.CompletedTask;
        }
        if (Descriptor.Deadline is { } milliseconds)
        {
            context.StartDeadline(milliseconds);
        }
        return table.Generated.InvokeAsync(Number, context);
    }

    private Task InvokeAsync(HttpContext http) => InvokeAsync(http.Features.GetRequiredFeature<FeatureRequestContext>()).AsTask();
}
