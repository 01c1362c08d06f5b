using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;
using AspNetEndpoint = Microsoft.AspNetCore.Http.Endpoint;

namespace HyperGen.Server.Hosting;

/// <summary>Shows the endpoints of a <see cref="HyperApp"/> to those who ask ASP.NET Core for endpoints: link generation and OpenAPI. It takes no part in matching.</summary>
internal sealed class EndpointMetadataSource(EndpointTable table) : EndpointDataSource
{
    public override IReadOnlyList<AspNetEndpoint> Endpoints => field ??= [.. table.Endpoints.Select(static endpoint => endpoint.Route)];

    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;
}

internal static class EndpointMetadataServices
{
    private static readonly object s_mountedKey = new();

    /// <summary>Joins our endpoints to those of mounted branches.</summary>
    public static void AddEndpointsToMetadata(this IServiceCollection services, EndpointTable table)
    {
        ServiceDescriptor mounted = services.Last(static service => service.ServiceType == typeof(EndpointDataSource) && !service.IsKeyedService);
        services.AddKeyedSingleton(s_mountedKey, (provider, _) => (EndpointDataSource)mounted.ImplementationFactory!(provider));
        services.AddSingleton<EndpointDataSource>(provider =>
            new CompositeEndpointDataSource([new EndpointMetadataSource(table), provider.GetRequiredKeyedService<EndpointDataSource>(s_mountedKey)]));
    }
}
