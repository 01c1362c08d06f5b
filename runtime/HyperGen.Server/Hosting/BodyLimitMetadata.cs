using Microsoft.AspNetCore.Http.Metadata;

namespace HyperGen.Server.Hosting;

/// <summary>Tells ASP.NET Core's routing the largest body of an endpoint, so that the limit holds for middleware too that reads the body before the endpoint runs.</summary>
/// <param name="MaxRequestBodySize">In bytes; null for any.</param>
internal sealed record BodyLimitMetadata(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
