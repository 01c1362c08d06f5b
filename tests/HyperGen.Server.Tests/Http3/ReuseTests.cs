using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using HyperGen.CompilerServices;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Routing;

namespace HyperGen.Server.Tests.Http3;

/// <summary>What limits, hosts and JSON bodies need of a request is no reason to give its objects up: the next request has them again.</summary>
public sealed class ReuseTests
{
    private static readonly JsonTypeInfo<int> s_number = JsonMetadataServices.CreateValueInfo<int>(new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }, JsonMetadataServices.Int32Converter);

    [Theory]
    [InlineData("GET", "/plain", "")]
    [InlineData("GET", "/host", "")]
    [InlineData("POST", "/limited", "1")]
    [InlineData("POST", "/json", "1")]
    [InlineData("POST", "/json-limited", "1")]
    public async Task One_context_serves_one_request_after_the_other(string method, string path, string body)
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        var seen = new ConcurrentQueue<RequestContext>();
        FixtureApp app = new FixtureApp()
            .Map("GET", "/plain", Answer)
            .Map("GET", "/host", Answer, PipelineFeatures.Host, metadata: new HostAttribute("localhost"))
            .Map("POST", "/limited", Answer, maxBody: 100)
            .Map("POST", "/json", ReadAsync)
            .Map("POST", "/json-limited", ReadAsync, maxBody: 100);
        await using TestHost host = await TestHost.StartAsync(app, null, null, "--server:port=0", "--server:shards=1");
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);

        for (int count = 0; count < 20; count++)
        {
            TestRequest answer = await client.GetAsync(method, path, body.Length == 0 ? null : Encoding.ASCII.GetBytes(body), ("content-type", "application/json"));
            Assert.Equal((200, "ok"), (answer.Status, answer.Text));
        }

        Assert.Equal(20, seen.Count);
        Assert.Single(seen.Distinct(ReferenceEqualityComparer.Instance));

        ValueTask Answer(RequestContext context)
        {
            seen.Enqueue(context);
            return Respond.Text(context, "ok");
        }

        async ValueTask ReadAsync(RequestContext context)
        {
            var errors = default(BindingErrors);
            int number = (await Bind.JsonAsync(context, s_number)).Required("number", ref errors);
            Assert.Equal((false, 1), (errors.Any, number));
            await Answer(context);
        }
    }

    [Fact]
    public async Task A_host_is_matched_by_its_name_alone()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        FixtureApp app = new FixtureApp()
            .Map("GET", "/here", static context => Respond.Text(context, "ok"), PipelineFeatures.Host, metadata: new HostAttribute("localhost:443"))
            .Map("GET", "/elsewhere", static context => Respond.Text(context, "ok"), PipelineFeatures.Host, metadata: new HostAttribute("a.example"));
        await using TestHost host = await TestHost.StartAsync(app, null, null, "--server:port=0");
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);
        Assert.Equal(200, (await client.GetAsync("GET", "/here")).Status);
        Assert.Equal(404, (await client.GetAsync("GET", "/elsewhere")).Status);
    }
}
