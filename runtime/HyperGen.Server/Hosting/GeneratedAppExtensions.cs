using HyperGen.CompilerServices;
using HyperGen.Server.Services;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Hosting;

internal static class GeneratedAppExtensions
{
    /// <summary>Lets the modules make their middleware and shared handlers.</summary>
    public static void Initialize(this GeneratedApp app, IServiceProvider root, ServiceLifetimes lifetimes)
    {
        var services = new ModuleServices(root, lifetimes.IsSingleton, root.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
        foreach (EndpointModule module in app.Modules)
        {
            module.Initialize(services);
        }
        root.GetRequiredService<OwnedInstances>().Add(services.Owned);
    }

    /// <summary>Adds what the modules need of the application: the JSON contexts of their assemblies, an owner for what is disposable, and a word for their forms.</summary>
    public static void AddModules(this GeneratedApp app, IServiceCollection services)
    {
        services.AddSingleton<OwnedInstances>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IApiDescriptionProvider, FormDescriptions>());
        services.ConfigureHttpJsonOptions(json =>
        {
            // Each puts its contexts before those that are there: the program's own module, the first one, shall win.
            foreach (EndpointModule module in app.Modules.Reverse())
            {
                module.ConfigureJson(json.SerializerOptions);
            }
        });
    }
}
