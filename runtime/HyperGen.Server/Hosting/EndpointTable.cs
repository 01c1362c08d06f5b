using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Server.Hosting;

/// <summary>The endpoints of an application by their numbers, and the branches that serve what no route matches.</summary>
/// <remarks>What ASP.NET Core needs to know of an endpoint is made when it is first asked for, so that ten thousand endpoints cost nothing at start-up.</remarks>
internal sealed class EndpointTable
{
    private readonly ServedEndpoint[] _endpoints;

    public EndpointTable(GeneratedApp generated)
    {
        Generated = generated;
        _endpoints = [.. generated.Modules.SelectMany(static module => module.Endpoints).Select((descriptor, number) => new ServedEndpoint(number, descriptor, this))];
        foreach (ServedEndpoint endpoint in _endpoints)
        {
            Requires |= endpoint.Descriptor.Requires;
        }
    }

    /// <summary>The routes of the program.</summary>
    public GeneratedApp Generated { get; }

    public IReadOnlyList<ServedEndpoint> Endpoints => _endpoints;

    /// <summary>What the endpoints together require of ASP.NET Core.</summary>
    public PipelineFeatures Requires { get; }

    public int MaxRouteValues => Generated.MaxRouteValues;

    public List<Branch> Branches { get; } = [];

    public ServedEndpoint this[int number] => _endpoints[number];

    /// <summary>Reads the hosts of the endpoints that have some, so that a wrong one is told before the first request.</summary>
    /// <exception cref="InvalidOperationException">One is wrong.</exception>
    public void CheckHosts()
    {
        foreach (ServedEndpoint endpoint in _endpoints)
        {
            if ((endpoint.Descriptor.Requires & PipelineFeatures.Host) != 0)
            {
                _ = endpoint.Hosts;
            }
        }
    }

    public int Match(string method, ReadOnlySpan<byte> path, Span<RouteRange> values) => Generated.Match(method, path, values);
}

/// <summary>Middleware that serves the paths below a prefix that no route matches.</summary>
internal sealed record Branch(PathString Path, Action<IApplicationBuilder> Configure);
