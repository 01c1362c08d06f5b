using HyperGen.Http3.Frames;
using HyperGen.Quic;
using HyperGen.Testing;
using HyperGen.Tls;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Shards;

/// <summary>Tickets across a restart: early data holds what the server promised when it issued them.</summary>
public sealed class ResumptionTests
{
    private static readonly Settings s_settings = new() { MaxFieldSectionSize = 32_768, QpackBlockedStreams = 16, EnableConnectProtocol = true };

    /// <summary>What may change between two runs of a server, and whether the early data of a client that does not know of it can be read.</summary>
    public static TheoryData<string, bool> Changes => new()
    {
        { "nothing", true },
        { "larger settings", true },
        { "a smaller field section", false },
        { "fewer blocked streams", false },
        { "no extended CONNECT", false },
        { "another table", true },
        { "larger limits", true },
        { "fewer streams", false },
        { "a smaller window", false },
        { "no early data", false },
        { "other secrets", false },
    };

    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.2
    //= type=test
    //# If the server cannot determine that the settings remembered by a client are compatible with its current settings, it MUST NOT accept 0-RTT data.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //= type=test
    //# A server MUST reject 0-RTT data if the restored values for transport
    //# parameters cannot be supported.
    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Early_data_is_read_only_when_nothing_shrank_that_it_relies_on(string change, bool isRead)
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        ServerSecrets secrets = ServerSecrets.Create();
        var replays = new ReplayWindow(0);
        ClientSession session;
        await using (var first = new TestServer(1, new ServerCredentials([TestKeys.Ecdsa], secrets) { EarlyData = replays, Settings = s_settings }))
        {
            session = await new TestClient(first.EndPoint, "first", count: 1, parallel: 1) { KeepsSession = true }.EarnAsync();
            Assert.True(session.AllowsEarlyData);
        }

        var credentials = new ServerCredentials([TestKeys.Ecdsa], change == "other secrets" ? ServerSecrets.Create() : secrets)
        {
            EarlyData = change == "no early data" ? null : replays,
            Settings = change switch
            {
                "larger settings" => s_settings with { MaxFieldSectionSize = 65_536, QpackBlockedStreams = 17 },
                "a smaller field section" => s_settings with { MaxFieldSectionSize = 32_767 },
                "fewer blocked streams" => s_settings with { QpackBlockedStreams = 15 },
                "no extended CONNECT" => s_settings with { EnableConnectProtocol = false },
                "another table" => s_settings with { QpackMaxTableCapacity = 4096 },
                _ => s_settings,
            },
        };
        ConnectionLimits limits = change switch
        {
            "larger limits" => ConnectionLimits.Default with { BidirectionalStreams = ConnectionLimits.Default.BidirectionalStreams + 1 },
            "fewer streams" => ConnectionLimits.Default with { BidirectionalStreams = ConnectionLimits.Default.BidirectionalStreams - 1 },
            "a smaller window" => ConnectionLimits.Default with { StreamWindow = ConnectionLimits.Default.StreamWindow - 1 },
            _ => ConnectionLimits.Default,
        };
        await using var second = new TestServer(1, credentials, limits);
        var client = new TestClient(second.EndPoint, "second", count: 1, parallel: 1) { Session = session };

        Assert.Equal(["200 0second"], await client.RunAsync());
        Assert.Equal(isRead ? EarlyDataState.Accepted : EarlyDataState.Rejected, client.EarlyData);
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.2
    //= type=test
    //# If a server accepts 0-RTT but then sends settings that are not compatible with the previously specified settings, this MUST be treated as a connection error of type H3_SETTINGS_ERROR.
    //
    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.2
    //= type=test
    //# If a server accepts 0-RTT but then sends a SETTINGS frame that omits a setting value that the client understands (apart from reserved setting identifiers) that was previously specified to have a non-default value, this MUST be treated as a connection error of type H3_SETTINGS_ERROR.
    [Theory]
    [InlineData("06" + "80010000", "a field section of 64 KiB, where the server takes half of that")]
    [InlineData("06" + "4400" + "0801", "extended CONNECT, of which the server says nothing")]
    [InlineData("", "field sections of any size")]
    public async Task Our_client_refuses_a_server_that_reads_early_data_and_takes_back_what_it_promised(string remembered, string what)
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(1, new ServerCredentials([TestKeys.Ecdsa]) { EarlyData = new ReplayWindow(0) });
        ClientSession session = await new TestClient(server.EndPoint, "", count: 1, parallel: 1) { KeepsSession = true }.EarnAsync();
        session.ApplicationState = Convert.FromHexString(remembered);

        CloseReason reason = await new TestClient(server.EndPoint, "", count: 1, parallel: 1) { Session = session }.RunToEndAsync();

        Assert.True(reason is { Kind: CloseKind.ByApplication, ErrorCode: (long)Http3.ErrorCode.SettingsError }, $"The client has remembered {what}, and ended with {reason}.");
    }
}
