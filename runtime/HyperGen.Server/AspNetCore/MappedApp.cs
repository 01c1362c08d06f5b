using System.Collections.Concurrent;
using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using HyperGen.Server.Requests;
using HyperGen.Server.Services;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.AspNetCore;

/// <summary>The generated endpoints within an ASP.NET Core application, where that matches the requests.</summary>
internal sealed class MappedApp
{
    /// <summary>More contexts than this many at rest are left to the garbage collector.</summary>
    private const int MaxResting = 1024;

    private readonly ServerServices _services;
    private readonly ConcurrentBag<FeatureRequestContext> _resting = [];

    /// <summary>How many are at rest: the bag itself must take the locks of all threads to count them.</summary>
    private int _restingCount;

    public MappedApp(GeneratedApp generated, IServiceProvider services, ServiceLifetimes lifetimes)
    {
        var problems = new ServiceProblems();
        ServiceAudit.Run(generated.Modules, services, lifetimes, problems);
        problems.ThrowIfAny();
        Table = new EndpointTable(generated);
        _services = services.GetRequiredService<ServerServices>();
        generated.Initialize(services, lifetimes);
    }

    public EndpointTable Table { get; }

    public FeatureRequestContext Rent()
    {
        if (!_resting.TryTake(out FeatureRequestContext? context))
        {
            return new FeatureRequestContext(_services);
        }
        Interlocked.Decrement(ref _restingCount);
        return context;
    }

    public void Return(FeatureRequestContext context)
    {
        context.Detach();
        if (Interlocked.Increment(ref _restingCount) <= MaxResting)
        {
            _resting.Add(context);
        }
        else
        {
            Interlocked.Decrement(ref _restingCount);
        }
    }
}
