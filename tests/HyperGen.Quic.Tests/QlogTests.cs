using System.Buffers;
using System.Text.Json;
using HyperGen.Quic.Qlog;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>Traces are read back as RFC 7464 and the qlog drafts say.</summary>
public sealed class QlogTests
{
    private readonly Dictionary<Role, Sink> _sinks = [];

    [Fact]
    public void Both_ends_tell_the_same_story()
    {
        Trace(out var client, out var server);
        Assert.Equal(GroupOf(client), GroupOf(server));
        Assert.All([client, server], static trace => Assert.Equal(
            ("urn:ietf:params:qlog:file:sequential", "application/qlog+json-seq"),
            (trace[0].GetProperty("file_schema").GetString(), trace[0].GetProperty("serialization_format").GetString())));
        Assert.Equal("client", client[0].GetProperty("trace").GetProperty("vantage_point").GetProperty("type").GetString());

        // Nothing was lost on the way: what one sent the other received, frame for frame, but for the frames' own order of arrival.
        Assert.Equal(Packets(client, "quic:packet_sent"), Packets(server, "quic:packet_received"));
        Assert.Equal(Packets(server, "quic:packet_sent"), Packets(client, "quic:packet_received"));
        Assert.True(Packets(client, "quic:packet_sent").Count > 20);
    }

    [Fact]
    public void Events_of_every_kind_have_their_fields_and_time_does_not_run_backwards()
    {
        Trace(out var client, out var server);
        foreach (var trace in new[] { client, server })
        {
            double last = 0;
            foreach (var record in trace.Skip(1))
            {
                var time = record.GetProperty("time").GetDouble();
                Assert.True(time >= last, record.GetRawText());
                last = time;
                Assert.StartsWith("quic:", record.GetProperty("name").GetString());
                Assert.Equal(JsonValueKind.Object, record.GetProperty("data").ValueKind);
            }

            var names = trace.Skip(1).Select(static record => record.GetProperty("name").GetString()!).ToHashSet();
            Assert.Superset(
                new HashSet<string>
                {
                    "quic:connection_started", "quic:parameters_set", "quic:packet_sent", "quic:packet_received", "quic:connection_state_updated",
                    "quic:recovery_metrics_updated", "quic:key_updated", "quic:key_discarded", "quic:ecn_state_updated", "quic:mtu_updated", "quic:connection_closed",
                },
                names);
        }

        var closed = server.Last(static record => record.GetProperty("name").GetString() == "quic:connection_closed").GetProperty("data");
        Assert.Equal(("remote", 0x100), (closed.GetProperty("initiator").GetString(), closed.GetProperty("error_code").GetInt32()));
        var frames = server.Skip(1).Where(static record => record.GetProperty("name").GetString() == "quic:packet_received")
            .SelectMany(static record => record.GetProperty("data").GetProperty("frames").EnumerateArray())
            .Select(static frame => frame.GetProperty("frame_type").GetString()!).ToHashSet();
        Assert.Superset(new HashSet<string> { "ack", "crypto", "stream", "padding", "connection_close", "reset_stream", "datagram" }, frames);
        var mtu = client.Single(static record => record.TryGetProperty("name", out var name) && name.GetString() == "quic:mtu_updated").GetProperty("data");
        Assert.Equal((1200, 1452), (mtu.GetProperty("old").GetInt32(), mtu.GetProperty("new").GetInt32()));
    }

    [Fact]
    public void Updates_of_keys_reductions_of_the_window_and_dropped_packets_are_told()
    {
        var pair = new DirectPair(qlog: (role, _) => _sinks[role] = new());
        for (var i = 0; i < 20; i++) pair.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(pair.Client.TryUpdateKeys());
        pair.Client.TryOpenStream()!.Write(new byte[100_000]);
        pair.Exchange();
        pair.DropsToServer = true;
        pair.Client.TryOpenStream()!.Write(new byte[4_000]);
        pair.Exchange();
        pair.DropsToServer = false;
        for (var i = 0; i < 100; i++) pair.Advance(TimeSpan.FromMilliseconds(20));
        byte[] forged = [0x40, .. pair.Server.FirstLocalId.Span, .. new byte[40]];
        for (var i = 0; i < 2000; i++) pair.ServerEndpoint.HandleDatagram(pair.Now, pair.ToClient, EcnCodepoint.NotEct, forged.ToArray());

        var (client, server) = (Read(_sinks[Role.Client]), Read(_sinks[Role.Server]));
        Assert.Equal([("client_1rtt_secret", "local_update", 1), ("server_1rtt_secret", "local_update", 1)], Updates(client));
        Assert.Equal([("client_1rtt_secret", "remote_update", 1), ("server_1rtt_secret", "remote_update", 1)], Updates(server));
        var states = Data(client, "quic:congestion_state_updated").Select(static data => (data.GetProperty("old").GetString(), data.GetProperty("new").GetString())).ToList();
        Assert.Equal(("slow_start", "recovery"), states[0]);
        var dropped = Data(server, "quic:packet_dropped").ToList();

        // Whoever forges packets does not write the disk full.
        Assert.InRange(dropped.Count, 1, 1000);
        var last = dropped[^1];
        Assert.Equal(("1RTT", "decryption_failure"), (last.GetProperty("header").GetProperty("packet_type").GetString(), last.GetProperty("trigger").GetString()));
        Assert.Equal(forged.Length, last.GetProperty("raw").GetProperty("length").GetInt32());

        static List<(string?, string?, int)> Updates(List<JsonElement> trace) =>
        [
            .. Data(trace, "quic:key_updated").Where(static data => data.TryGetProperty("key_phase", out _))
                .Select(static data => (data.GetProperty("key_type").GetString(), data.GetProperty("trigger").GetString(), data.GetProperty("key_phase").GetInt32())),
        ];
    }

    [Fact]
    public void Who_sends_what_nobody_can_read_makes_no_trace()
    {
        var pair = new DirectPair(qlog: (role, _) => _sinks[role] = new());
        _sinks.Clear();
        for (var i = 0; i < 10; i++)
        {
            // An Initial packet of version 1, with 8 bytes of connection ID, no token and nothing that any key opens.
            var junk = new byte[1200];
            new SeededRandom((ulong)i).Fill(junk);
            ((ReadOnlySpan<byte>)[0xc0, 0, 0, 0, 1, 8]).CopyTo(junk);
            ((ReadOnlySpan<byte>)[0, 0, 0x44, 0x9e]).CopyTo(junk.AsSpan(14));
            Assert.Null(pair.ServerEndpoint.HandleDatagram(pair.Now, pair.ToClient, EcnCodepoint.NotEct, junk));
        }

        Assert.Empty(_sinks);
    }

    /// <summary>Anybody can seal an Initial packet, in any name: there would soon be no file left for the connection that somebody wants to look at.</summary>
    [Fact]
    public void Who_never_proves_an_address_makes_no_trace()
    {
        var world = new World(1, new(), static _ => new Requests(1, 100, 1), static _ => new Echo());
        var traces = new List<Sink>();
        world.Server.Configure(options => options with
        {
            Qlog = (_, _) =>
            {
                traces.Add(new());
                return traces[^1];
            },
        });
        var flood = new Flood(world);
        for (uint i = 0; i < 50; i++) flood.Send(NetworkAddress.FromIPv4(0x0B000000 + i, 1000));
        world.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(50, world.Server.Endpoint.HandshakeCount);
        Assert.Empty(traces);
        world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(0, world.Server.Endpoint.Count);
        Assert.True(Assert.Single(traces).IsDisposed);
    }

    [Fact]
    public void What_came_before_an_address_was_proved_is_in_its_trace_as_far_as_it_is_held()
    {
        Sink? sink = null;
        var client = new RawClient(options: options => options with { Qlog = (_, _) => sink = new() }) { HoldsHandshake = true }.Start();

        // Two packets whose records are longer than all that is held, and more of a usual length than are.
        for (var i = 0; i < 2; i++) client.Send(PacketNumberSpaceId.Initial, Enumerable.Repeat((byte)0x01, 1100).ToArray());
        for (var i = 0; i < 40; i++) client.Send(PacketNumberSpaceId.Initial, Enumerable.Repeat((byte)0x01, 50).ToArray());
        Assert.Null(sink);
        client.Release();
        client.Advance(TimeSpan.FromMilliseconds(30));
        Assert.Equal(ConnectionState.Established, client.Server!.State);

        var trace = Read(sink!);
        var received = Data(trace, "quic:packet_received").Select(static data => data.GetProperty("header").GetProperty("packet_type").GetString()!).ToList();
        Assert.Equal("initial", received[0]);
        Assert.InRange(received.Count(static type => type == "initial"), 2, 30);
        Assert.Contains("handshake", received);
        Assert.Equal("quic:connection_started", trace[1].GetProperty("name").GetString());
        var held = trace.TakeWhile(static record => !IsOfHandshake(record)).Sum(static record => record.GetRawText().Length + 2);
        Assert.InRange(held, HeldRecords.MaxLength / 2, HeldRecords.MaxLength);

        static bool IsOfHandshake(JsonElement record) => record.TryGetProperty("name", out var name) && name.GetString() == "quic:packet_received"
            && record.GetProperty("data").GetProperty("header").GetProperty("packet_type").GetString() == "handshake";
    }

    [Fact]
    public void Its_file_ends_with_the_connection()
    {
        Trace(out _, out _);
        Assert.All(_sinks.Values, static sink => Assert.True(sink.IsDisposed));
    }

    private DirectPair Trace(out List<JsonElement> client, out List<JsonElement> server)
    {
        var pair = new DirectPair(ConnectionLimits.Default with { MaxDatagramFrameSize = 1000 }, (role, _) => _sinks[role] = new());
        var stream = pair.Client.TryOpenStream()!;
        stream.Write(new byte[50_000]);
        stream.Finish();
        pair.Client.TryOpenStream()!.Reset(7);
        pair.Client.TrySendDatagram(new byte[10], out _);
        for (var i = 0; i < 100; i++) pair.Advance(TimeSpan.FromMilliseconds(2));
        pair.Client.Close(pair.Now, 0x100, "done");
        pair.Exchange();
        pair.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((ConnectionState.Drained, ConnectionState.Drained), (pair.Client.State, pair.Server.State));
        client = Read(_sinks[Role.Client]);
        server = Read(_sinks[Role.Server]);
        return pair;
    }

    private static List<JsonElement> Read(Sink sink)
    {
        var records = new List<JsonElement>();
        var rest = sink.Bytes;
        while (!rest.IsEmpty)
        {
            Assert.Equal(0x1e, rest[0]);
            var end = rest.IndexOf((byte)'\n');
            records.Add(JsonSerializer.Deserialize<JsonElement>(rest[1..end]));
            rest = rest[(end + 1)..];
        }

        return records;
    }

    private static IEnumerable<JsonElement> Data(List<JsonElement> trace, string name) =>
        trace.Skip(1).Where(record => record.GetProperty("name").GetString() == name).Select(static record => record.GetProperty("data"));

    private static string GroupOf(List<JsonElement> trace) =>
        trace[0].GetProperty("trace").GetProperty("common_fields").GetProperty("group_id").GetString()!;

    private static List<string> Packets(List<JsonElement> trace, string name) =>
    [
        .. Data(trace, name)
            .Select(static data => $"{data.GetProperty("header").GetRawText()} {data.GetProperty("frames").GetRawText()}"),
    ];

    private sealed class Sink : IBufferWriter<byte>, IDisposable
    {
        private readonly ArrayBufferWriter<byte> _writer = new();

        public bool IsDisposed { get; private set; }

        public ReadOnlySpan<byte> Bytes => _writer.WrittenSpan;

        public void Advance(int count) => _writer.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0) => _writer.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => _writer.GetSpan(sizeHint);

        public void Dispose() => IsDisposed = true;
    }
}
