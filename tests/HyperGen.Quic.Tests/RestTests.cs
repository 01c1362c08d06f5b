using HyperGen.Quic.Streams;
using HyperGen.Quic.Tests.Support;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests;

/// <summary>Connections over which nothing goes on give up what they can make again, and nobody notices but the process's memory.</summary>
public sealed class RestTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    private readonly DirectPair _pair = new();
    private readonly byte[] _read = new byte[4096];
    private int _sent;

    [Fact]
    public void Both_ends_go_on_after_a_rest()
    {
        for (var round = 0; round < 3; round++)
        {
            Ask();
            Assert.Equal(2, Ciphers());
            Rest();
        }

        Ask();
    }

    [Fact]
    public void Keys_that_were_updated_rest_too()
    {
        Ask();
        Assert.True(_pair.Client.TryUpdateKeys());
        Ask();
        Rest();
        Ask();

        // The first packet that a resting server sees may claim the next phase.
        Rest();
        Assert.True(_pair.Client.TryUpdateKeys());
        Ask();
        Rest();
        Assert.True(_pair.Server.TryUpdateKeys());
        Ask();
        Assert.Equal(3, _pair.Server.KeyUpdates);
        Assert.Equal(3, _pair.Client.KeyUpdates);
    }

    [Fact]
    public void Who_forges_packets_keeps_no_connection_awake()
    {
        Ask();
        Rest();
        var forged = new byte[100];
        forged[0] = 0x41;
        _pair.Server.FirstLocalId.Span.CopyTo(forged.AsSpan(1));
        _pair.ServerEndpoint.HandleDatagram(_pair.Now, _pair.ToClient, EcnCodepoint.NotEct, forged);
        Assert.NotEqual(0, Ciphers());
        Assert.True(_pair.Server.NextTimeout < _pair.Now + Silence);
        Rest();
        Ask();
    }

    [Fact]
    public void What_waits_for_the_peers_credit_waits_on_and_goes_out_then()
    {
        Ask();
        var length = (int)ConnectionLimits.Default.StreamWindow + 100_000;
        var stream = _pair.Server.TryOpenStream(unidirectional: true)!;
        for (var written = 0; written < length; written += 1000) stream.Write(new byte[1000]);
        stream.Finish();
        _pair.Advance(TimeSpan.FromMilliseconds(100));
        _pair.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(stream.Buffered > 0);
        Rest();

        var arrived = 0;
        for (var round = 0; round < 1000 && arrived < length; round++)
        {
            while (_pair.Client.TryGetEvent(out var next))
            {
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                for (var read = next.Stream!.Read(_read); read > 0; read = next.Stream.Read(_read)) arrived += read;
            }

            _pair.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(arrived, length, length + 1000);
    }

    [Fact]
    public void Streams_are_found_whatever_was_added_removed_and_given_up_before()
    {
        var random = new SeededRandom(5);
        var table = new StreamTable();
        var expected = new Dictionary<long, QuicStream>();
        for (var step = 0; step < 20_000; step++)
        {
            // Of few IDs far apart and close together, so that they meet in the table.
            var id = new StreamId(random.Below(40) * (random.Chance(0.5) ? 4 : 4096));
            if (expected.TryGetValue(id.Value, out var stream))
            {
                table.Remove(stream);
                expected.Remove(id.Value);
            }
            else if (random.Chance(expected.Count < 20 ? 0.9 : 0.2))
            {
                stream = new(canSend: true, canReceive: false);
                stream.Open(null!, id);
                table.Add(stream);
                expected.Add(id.Value, stream);
            }

            if (random.Chance(0.05)) table.Shrink();
            Assert.Equal(expected.Count, table.Count);
            Assert.Equal(expected.ContainsKey(id.Value), table.TryFind(id, out var found));
            if (found is not null) Assert.Same(expected[id.Value], found);
            if (step % 50 != 0) continue;
            var all = new List<long>();
            foreach (var open in table) all.Add(open.Id.Value);
            Assert.Equal(expected.Keys.Order(), all.Order());
            foreach (var value in expected.Keys) Assert.True(table.TryFind(new(value), out _));
        }
    }

    /// <summary>Nothing is said for longer than a connection waits, and both ends have given up their ciphers.</summary>
    private void Rest()
    {
        _pair.Advance(Silence);
        _pair.Advance(Silence);
        Assert.Equal(0, Ciphers());
    }

    /// <summary>A request of the client and its answer, both of which are looked at.</summary>
    private void Ask()
    {
        var question = new byte[3000];
        new SeededRandom((ulong)++_sent).Fill(question);
        var asking = _pair.Client.TryOpenStream()!;
        asking.Write(question);
        asking.Finish();
        _pair.Exchange();
        var served = 0;
        while (_pair.Server.TryGetEvent(out var next))
        {
            if (next is not { Kind: ConnectionEventKind.StreamReadable, Stream: { } stream }) continue;
            served += stream.Read(_read);
            Assert.Equal(question, _read[..served]);
            stream.Write(_read.AsSpan(0, served));
            stream.Finish();
            stream.Release();
        }

        _pair.Exchange();
        Assert.Equal(question.Length, asking.Read(_read));
        Assert.Equal(question, _read[..question.Length]);
        Assert.True(asking.IsReadToEnd);
        asking.Release();
        _pair.Advance(TimeSpan.FromMilliseconds(100));
    }

    /// <summary>The AEAD keys of the server's connection. Its endpoint has others.</summary>
    private long Ciphers() => Count(_pair.Server) - Count(_pair.ServerEndpoint.Tokens) - Count(_pair.ServerEndpoint.RetryIntegrity);

    private static long Count(object root) => HeapWalk.From(root).Held.Where(static kind => kind.Key.IsAssignableTo(typeof(Aead))).Sum(static kind => kind.Value.Count);
}
