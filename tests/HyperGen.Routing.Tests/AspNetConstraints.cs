using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HyperGen.Routing.Tests;

/// <summary>ASP.NET Core's own constraints, resolved from their text as it does.</summary>
internal static class AspNetConstraints
{
    private static readonly IInlineConstraintResolver Resolver = new ServiceCollection()
        .AddLogging().AddRouting(static options => options.SetParameterPolicy<Microsoft.AspNetCore.Routing.Constraints.RegexInlineRouteConstraint>("regex"))
        .AddSingleton<IOptions<RouteOptions>>(static services => Options.Create(services.GetRequiredService<IOptionsMonitor<RouteOptions>>().CurrentValue))
        .BuildServiceProvider().GetRequiredService<IInlineConstraintResolver>();

    public static IRouteConstraint Create(string text) => Resolver.ResolveConstraint(text) ?? throw new ArgumentException($"No constraint '{text}'.");
}
