using System.ComponentModel;
using HyperGen.Server.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen;

/// <summary>Puts generated endpoints beside everyone else's in an ASP.NET Core application.</summary>
public static class HyperGenEndpoints
{
    /// <summary>Adds the generated endpoints of a program. Call <c>MapHyperGen()</c>.</summary>
    /// <param name="endpoints">The application, or a route group of it.</param>
    /// <returns>Adds conventions to all of them, e.g. <c>RequireAuthorization()</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>AddHyperGen()</c> has not been called, or services are missing or would be held longer than they live.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        MappedApp app = endpoints.ServiceProvider.GetService<MappedApp>()
            ?? throw new InvalidOperationException("MapHyperGen() needs what AddHyperGen() registers: call builder.Services.AddHyperGen() before the application is built.");
        var source = new MappedEndpointDataSource(app);
        endpoints.DataSources.Add(source);
        return source;
    }
}
