using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using HyperGen.Transport.Udp;

namespace HyperGen.Server.Tests.Http3;

/// <summary><c>server:qlog</c>, from the setting to the files.</summary>
public sealed class QlogTests : IDisposable
{
    /// <summary>The events of draft-ietf-quic-qlog-quic-events, all of whose names begin with <c>quic:</c>.</summary>
    private static readonly HashSet<string> s_events =
    [
        .. ((string[])[
            "server_listening", "connection_started", "connection_closed", "connection_id_updated", "spin_bit_updated", "connection_state_updated",
            "tuple_assigned", "mtu_updated", "version_information", "alpn_information", "parameters_set", "parameters_restored", "packet_sent",
            "packet_received", "packet_dropped", "packet_buffered", "packets_acked", "udp_datagrams_sent", "udp_datagrams_received", "udp_datagram_dropped",
            "stream_state_updated", "stream_data_moved", "datagram_data_moved", "connection_data_blocked_updated",
            "stream_data_blocked_updated", "datagram_data_blocked_updated", "migration_state_updated", "timer_updated", "key_updated", "key_discarded",
            "recovery_parameters_set", "recovery_metrics_updated", "congestion_state_updated", "packet_lost", "marked_for_retransmit", "ecn_state_updated",
        ]).Select(static name => "quic:" + name),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hypergen-qlog-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Each_connection_leaves_a_trace_in_the_names_of_the_draft_and_junk_leaves_none()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using (TestHost host = await TestHost.StartAsync(
            new FixtureApp().Map("GET", "/", static context => TestHost.Text(context, new string('x', 200_000))), null, null, "--server:port=0", $"--server:qlog={_folder.FullName}"))
        {
            var server = new IPEndPoint(IPAddress.Loopback, host.Https!.Port);
            using (var junk = new UdpClient())
            {
                for (int count = 0; count < 20; count++)
                {
                    // Initial packets of version 1 to connection IDs nobody has, sealed with no key at all.
                    byte[] packet = [0xc0, 0, 0, 0, 1, 8, (byte)count, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0x44, 0x9e, .. new byte[1182]];
                    await junk.SendAsync(packet, server, TestContext.Current.CancellationToken);
                }
            }
            foreach (int _ in (int[])[1, 2])
            {
                Assert.Equal(200_004, Assert.Single(await new TestClient(server, "", count: 1, parallel: 1) { Method = "GET" }.RunAsync()).Length);
            }
            await host.App.StopAsync(TestContext.Current.CancellationToken);
        }

        FileInfo[] files = _folder.GetFiles("*_server.sqlog");
        Assert.Equal(2, files.Length);
        foreach (FileInfo file in files)
        {
            JsonElement[] records = [.. Read(file)];
            Assert.Equal("application/qlog+json-seq", records[0].GetProperty("serialization_format").GetString());
            JsonElement trace = records[0].GetProperty("trace");
            Assert.Equal("server", trace.GetProperty("vantage_point").GetProperty("type").GetString());
            Assert.StartsWith(trace.GetProperty("common_fields").GetProperty("group_id").GetString()!, file.Name, StringComparison.Ordinal);
            string[] names = [.. records.Skip(1).Select(static record => record.GetProperty("name").GetString()!)];
            Assert.Subset(s_events, names.ToHashSet());
            Assert.Superset(
                new HashSet<string>
                {
                    "quic:connection_started", "quic:parameters_set", "quic:packet_received", "quic:packet_sent", "quic:key_updated",
                    "quic:connection_state_updated", "quic:recovery_metrics_updated", "quic:connection_closed",
                },
                names.ToHashSet());
            Assert.Equal("quic:connection_started", names[0]);
            Assert.Equal("quic:packet_received", names[1]);
        }
    }

    /// <summary>RFC 7464: each text stands between a record separator and a line feed.</summary>
    private static IEnumerable<JsonElement> Read(FileInfo file)
    {
        string[] texts = File.ReadAllText(file.FullName).Split('\u001e');
        Assert.Empty(texts[0]);
        foreach (string text in texts.Skip(1))
        {
            Assert.EndsWith("\n", text, StringComparison.Ordinal);
            yield return JsonSerializer.Deserialize<JsonElement>(text);
        }
    }
}
