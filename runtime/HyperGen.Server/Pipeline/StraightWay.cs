using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Pipeline;

/// <summary>Decides which requests go from the server straight to their endpoint, and which take the way through ASP.NET Core's pipeline.</summary>
/// <remarks>
/// The straight way is open when neither the endpoint nor the application asks for ASP.NET Core's middleware and nobody listens to what its hosting emits. It must
/// never be a way around something: whatever an application registers that concerns every request closes it.
/// </remarks>
internal sealed class StraightWay(IServiceProvider services, EndpointTable table, Listeners listeners)
{
    /// <summary>Why every request takes the way through the pipeline; null when the straight way is open.</summary>
    public string? ClosedBecause { get; } = FindReason(services);

    /// <summary>Whether it is open to any request now.</summary>
    public bool IsEverOpen => ClosedBecause is null && !listeners.Any;

    public bool IsOpenTo(FeatureRequestContext context)
    {
        if (ClosedBecause is not null || listeners.Any || (context.IsTraced && listeners.HasLogs))
        {
            return false;
        }
        if (context.Endpoint is { } endpoint)
        {
            return (endpoint.Requires & ~PipelineFeatures.Host) == 0;
        }
        return context.Match == GeneratedApp.NoMatch
            ? table.Branches.Count == 0
            : (table.Requires & PipelineFeatures.Cors) == 0 || !HttpMethods.IsOptions(context.Method);
    }

    private static string? FindReason(IServiceProvider services)
    {
        var registered = services.GetRequiredService<IServiceProviderIsService>();
        if (registered.IsService(typeof(IAuthenticationSchemeProvider)))
        {
            return "authentication is registered, and every endpoint may ask for its user";
        }
        if (PipelineDefaults.HasFallbackPolicy(services))
        {
            return "there is an authorization policy for all endpoints";
        }
        if (PipelineDefaults.HasGlobalLimiter(services))
        {
            return "there is a rate limit for all endpoints";
        }
        if (PipelineDefaults.HasDefaultTimeout(services))
        {
            return "there is a time limit for all endpoints";
        }
        if (registered.IsService(typeof(IHttpContextAccessor)))
        {
            return "IHttpContextAccessor is registered, and has to know of every request";
        }
        if (services.GetService<IOptions<HostFilteringOptions>>() is { Value.AllowedHosts: [_, ..] hosts } && !hosts.Any(static host => host is "*" or "[::]" or "0.0.0.0"))
        {
            return "AllowedHosts restricts the hosts";
        }
        if (string.Equals(services.GetRequiredService<IConfiguration>()["ForwardedHeaders_Enabled"], "true", StringComparison.OrdinalIgnoreCase))
        {
            return "forwarded headers are enabled";
        }
        if (LogScopes.Taker(services) is { } taker)
        {
            return $"{taker} takes note of what each request logs in (Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=None ends that)";
        }
        // The filters of ASP.NET Core's own builder are those two: host filtering and forwarded headers.
        IStartupFilter? filter = services.GetServices<IStartupFilter>().FirstOrDefault(static filter => filter.GetType().Assembly != typeof(WebApplication).Assembly);
        return filter is null ? null : $"{filter.GetType().Name} adds middleware for all requests";
    }
}
