using System.IO.Pipelines;
using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Http3;

/// <summary>A request over our own HTTP/3: path and query are read where they lie, and a response whose head is known is not taken apart again.</summary>
internal sealed class Http3RequestContext(ServerServices services, Exchange exchange) : FeatureRequestContext(services)
{
    /// <summary>DNS knows no longer names than 253 characters; a port takes six more.</summary>
    private const int LongestName = 260;

    private bool _isShared;

    public override ReadOnlySpan<byte> Path => IsPathTaken ? base.Path : exchange.NormalPath;

    public override ReadOnlySpan<byte> Query => IsPathTaken ? base.Query : exchange.RawQuery;

    public override bool IsTraced => exchange.HasField("traceparent"u8);

    public override bool IsEarly => exchange.IsEarly;

    /// <summary>Whether anything of the exchange was handed out that somebody may keep.</summary>
    public bool IsShared => _isShared || UsesHttpContext || Hosted is not null;

    public override bool IsFlushedByServer => true;

    public override IFeatureCollection Features
    {
        get
        {
            _isShared = true;
            return base.Features;
        }
    }

    public override PipeWriter ResponseBody
    {
        get
        {
            _isShared = true;
            return base.ResponseBody;
        }
    }

    public override void Write(ResponseHead head, ReadOnlySpan<byte> body)
    {
        if (UsesHttpContext || HasStarted || exchange.HasResponseHeaders)
        {
            base.Write(head, body);
            return;
        }
        exchange.SetResponse(head, body);
    }

    internal override bool TrySendEarlyHints(ReadOnlySpan<string> links)
    {
        exchange.SendInterim(HeadBlocks.HintsOf(links));
        return true;
    }

    internal override void SendEarlyHints(PreloadLinks links)
    {
        if (exchange.WantsHints)
        {
            exchange.SendInterim(HeadBlocks.HintsOf(links));
        }
    }

    protected override bool IsFor(HostPatterns hosts)
    {
        if (UsesHttpContext)
        {
            return base.IsFor(hosts);
        }
        ReadOnlySpan<byte> authority = exchange.Authority;
        Span<char> text = authority.Length <= LongestName ? stackalloc char[LongestName] : new char[authority.Length];
        return hosts.Contain(text[..Encoding.ASCII.GetChars(authority, text)], isHttps: ((IHttpRequestFeature)exchange).Scheme == "https");
    }

    protected override void ReadPath(IHttpRequestFeature request)
    {
        // The exchange has it, decoded and normal, until middleware may have rewritten it.
    }
}
