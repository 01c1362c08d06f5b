using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using HyperGen.Server.Services;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Pipeline;

/// <summary>Builds ASP.NET Core's pipeline for the requests that need it: the endpoint is found, the middlewares that endpoints require run in the order that ASP.NET
/// Core documents, the endpoint runs; what no route matched goes on to the mounted branches.</summary>
internal sealed class EndpointPipeline
{
    private readonly WebApplication _web;
    private readonly EndpointTable _table;
    private readonly ServiceProblems _problems;
    private readonly IServiceCollection _services;
    private readonly IServiceProviderIsService _registered;

    private EndpointPipeline(WebApplication web, IServiceCollection services, EndpointTable table, ServiceProblems problems)
    {
        _web = web;
        _services = services;
        _table = table;
        _problems = problems;
        _registered = web.Services.GetRequiredService<IServiceProviderIsService>();
    }

    /// <summary>Adds the pipeline to an application, and tells of middleware that is required but not registered.</summary>
    public static void Add(WebApplication web, IServiceCollection services, EndpointTable table, ServiceProblems problems) =>
        new EndpointPipeline(web, services, table, problems).Add();

    private void Add()
    {
        IServiceProvider services = _web.Services;
        var selection = ActivatorUtilities.CreateInstance<EndpointSelection>(services, _table);
        _web.Use(selection.Select);
        AddFor(PipelineFeatures.RequestTimeouts, PipelineDefaults.HasDefaultTimeout(services), static app => app.UseRequestTimeouts(), "AddRequestTimeouts", HasRequestTimeouts());
        AddFor(PipelineFeatures.RateLimiting, PipelineDefaults.HasGlobalLimiter(services), static app => app.UseRateLimiter(), "AddRateLimiter");
        AddFor(PipelineFeatures.Cors, false, static app => app.UseCors(), "AddCors", _registered.IsService(typeof(ICorsService)));
        AddSecurity();
        AddFor(PipelineFeatures.Antiforgery, false, static app => app.UseAntiforgery(), "AddAntiforgery", _registered.IsService(typeof(IAntiforgery)));
        AddFor(PipelineFeatures.OutputCaching, false, static app => app.UseOutputCache(), "AddOutputCache", _registered.IsService(typeof(IOutputCacheStore)));
        _web.Use(EndpointSelection.Run);
        _web.Use(_ => MountedBranches.Build(_web, _table));
    }

    /// <summary>Adds authentication and authorization for every endpoint, where they are registered: an endpoint without attributes may still ask for its user.</summary>
    private void AddSecurity()
    {
        bool isRequired = (_table.Requires & PipelineFeatures.Authorization) != 0;
        if (_registered.IsService(typeof(IAuthenticationSchemeProvider)))
        {
            _web.UseAuthentication();
        }
        else if (isRequired)
        {
            Report(PipelineFeatures.Authorization, "AddAuthentication");
        }
        if (_registered.IsService(typeof(IAuthorizationHandlerProvider)))
        {
            _web.UseAuthorization();
        }
        else if (isRequired)
        {
            Report(PipelineFeatures.Authorization, "AddAuthorization");
        }
    }

    /// <summary>Adds a middleware for the endpoints that require it, so that the others behave the same whether or not they pass through the pipeline.</summary>
    private void AddFor(PipelineFeatures feature, bool forAll, Action<IApplicationBuilder> use, string registration, bool isRegistered = true)
    {
        if (forAll)
        {
            use(_web);
            return;
        }
        if ((_table.Requires & feature) == 0)
        {
            return;
        }
        if (!isRegistered)
        {
            Report(feature, registration);
            return;
        }
        try
        {
            _web.UseWhen(http => EndpointSelection.Of(http).Endpoint is { } endpoint && (endpoint.Requires & feature) != 0, use);
        }
        catch (InvalidOperationException)
        {
            // The middlewares whose services are private look for them when they are added, and say so.
            Report(feature, registration);
        }
    }

    private void Report(PipelineFeatures feature, string registration)
    {
        string[] names = [.. _table.Endpoints.Select(static endpoint => endpoint.Descriptor).Where(endpoint => (endpoint.Requires & feature) != 0).Select(static endpoint => endpoint.DisplayName)];
        string who = names.Length switch
        {
            1 => $"{names[0]} requires",
            2 => $"{names[0]} and 1 more endpoint require",
            _ => $"{names[0]} and {names.Length - 1} more endpoints require",
        };
        _problems.Add($"{who} {Name(feature)}: call builder.Services.{registration}(…).");
    }

    /// <summary>What this middleware needs is private to ASP.NET Core, and it looks for it no sooner than when the application starts. It is known by its namespace.</summary>
    private bool HasRequestTimeouts() => _services.Any(static service => service.ServiceType.Namespace == typeof(RequestTimeoutOptions).Namespace);

    private static string Name(PipelineFeatures feature) => feature switch
    {
        PipelineFeatures.Authorization => "authorization",
        PipelineFeatures.Cors => "CORS",
        PipelineFeatures.Antiforgery => "antiforgery validation",
        PipelineFeatures.RateLimiting => "rate limiting",
        PipelineFeatures.RequestTimeouts => "request timeouts",
        _ => "output caching",
    };
}
