using System.ComponentModel;
using HyperGen.CompilerServices;
using HyperGen.Server.AspNetCore;
using HyperGen.Server.Hosting;
using HyperGen.Server.Services;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen;

/// <summary>Registers what generated endpoints need within an ASP.NET Core application.</summary>
public static class HyperGenServiceCollection
{
    /// <summary>Registers the generated endpoints of a program. Call <c>AddHyperGen()</c>, which passes them.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="create">Makes the routes of the program.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static IServiceCollection Add(IServiceCollection services, Func<GeneratedApp> create)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(create);
        if (services.Any(static service => service.ServiceType == typeof(MappedApp)))
        {
            return services;
        }
        GeneratedApp generated = create();
        generated.AddModules(services);
        services.AddSingleton<ServerServices>();
        services.AddSingleton(provider => new MappedApp(generated, provider, new ServiceLifetimes(services)));
        return services;
    }
}
