using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Pipeline;

/// <summary>Tells what an application configures for all endpoints, whatever their attributes say.</summary>
internal static class PipelineDefaults
{
    /// <summary>Whether endpoints without attributes are subject to authorization. A policy provider of the application's own may always say so.</summary>
    public static bool HasFallbackPolicy(IServiceProvider services) => services.GetService<IAuthorizationPolicyProvider>() switch
    {
        null => false,
        { } provider when provider.GetType() == typeof(DefaultAuthorizationPolicyProvider) => services.GetRequiredService<IOptions<AuthorizationOptions>>().Value.FallbackPolicy is not null,
        _ => true,
    };

    public static bool HasGlobalLimiter(IServiceProvider services) => services.GetService<IOptions<RateLimiterOptions>>()?.Value.GlobalLimiter is not null;

    public static bool HasDefaultTimeout(IServiceProvider services) => services.GetService<IOptions<RequestTimeoutOptions>>()?.Value.DefaultPolicy is not null;
}
