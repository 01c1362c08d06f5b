using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Http3;

/// <summary>A request over our own HTTP/3: path and query are read where they lie, and a response whose head is known is not taken apart again.</summary>
internal sealed class Http3RequestContext(ServerServices services, Exchange exchange) : FeatureRequestContext(services)
{
    public override ReadOnlySpan<byte> Path => exchange.NormalPath;

    public override ReadOnlySpan<byte> Query => exchange.RawQuery;

    public override bool IsTraced => exchange.HasField("traceparent"u8);

    public override void Write(ResponseHead head, ReadOnlySpan<byte> body)
    {
        if (UsesHttpContext || exchange.HasStarted || exchange.HasResponseHeaders)
        {
            base.Write(head, body);
            return;
        }
        exchange.SetResponse(head, body);
    }

    protected override void ReadPath(IHttpRequestFeature request)
    {
        // The exchange has it, decoded and normal.
    }
}
