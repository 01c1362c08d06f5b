using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Pipeline;

/// <summary>Tells the server the largest body that an endpoint accepts; the server refuses a larger one with 413.</summary>
internal static class BodyLimit
{
    public static void Apply(EndpointDescriptor endpoint, IFeatureCollection features)
    {
        if (endpoint.MaxBody is { } bytes && features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = bytes == long.MaxValue ? null : bytes;
        }
    }
}
