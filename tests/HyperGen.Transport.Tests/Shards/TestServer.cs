using System.Net;
using HyperGen.Http3;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;
using HyperGen.Http3.Streams;
using HyperGen.Quic;
using HyperGen.Transport.Shards;

namespace HyperGen.Transport.Tests.Shards;

/// <summary>A server of a few shards that answers every request with the number of the shard and the bytes of the body.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly ShardGroup _group;

    public TestServer(
        int shards,
        ServerCredentials? credentials = null,
        ConnectionLimits? limits = null,
        bool answers = true,
        Func<ShardOptions, ShardOptions>? configure = null)
    {
        credentials ??= new ServerCredentials([TestKeys.Ecdsa]);
        var options = new ShardOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            ResetKey = new byte[32],
            Limits = limits ?? ConnectionLimits.Default,
            Answer = credentials.Answer,
            Established = credentials.IssueTicket,
            CreateServerHandshake = credentials.CreateHandshake,
            Accept = shard =>
            {
                var source = new Source(shard, answers);
                return quic => new Http3Connection(quic, new Http3Options(), source);
            },
        };
        _group = ShardGroup.Start(configure is null ? options : configure(options), shards);
    }

    public ShardUsage Usage => _group.Usage;

    public IPEndPoint EndPoint => _group.EndPoint;

    public IReadOnlyList<Shard> Shards => _group.Shards;

    /// <summary>Waits until nothing is held for anyone any more.</summary>
    public Task HoldsNothingAsync() => HoldsAsync(static usage => usage == default);

    /// <summary>Waits until what is held is as it should be.</summary>
    public async Task HoldsAsync(Func<ShardUsage, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition(Usage))
        {
            Assert.False(patience.IsCancellationRequested, $"The server holds {Usage}.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public Task StopAsync(TimeSpan patience) => _group.StopAsync(patience);

    public async ValueTask DisposeAsync() => await _group.StopAsync(TimeSpan.FromSeconds(5));

    private sealed class Source(Shard shard, bool answers) : IRequestStreamSource
    {
        public RequestStream TryRent() => new Answer(shard, answers);
    }

    private sealed class Answer(Shard shard, bool answers) : RequestStream(isServer: true, new Http3Options())
    {
        private readonly MemoryStream _body = new();

        protected override void OnHead(FieldSection fields, in MessageHead head) => _body.WriteByte((byte)('0' + shard.Index));

        protected override void OnOversizedHead()
        {
        }

        protected override int OnContent(ReadOnlySpan<byte> content)
        {
            _body.Write(content);
            return content.Length;
        }

        protected override void OnEnd()
        {
            if (!answers)
            {
                return;
            }
            var frames = new byte[64];
            ResponseBlock block = ResponseBlock.Create(200);
            int written = FrameWriter.WriteHeader(frames, FrameType.Headers, (ulong)block.Encoded.Length);
            block.Encoded.CopyTo(frames.AsSpan(written));
            written += block.Encoded.Length;
            written += FrameWriter.WriteHeader(frames.AsSpan(written), FrameType.Data, (ulong)_body.Length);
            Write(frames.AsSpan(0, written));
            Write(_body.ToArray());
            Finish();
        }

        protected override void OnReceived()
        {
            if (IsReceived && answers)
            {
                Retire();
            }
        }

        protected override void OnCancelled(ErrorCode code) => Retire();

        protected override void OnWritable()
        {
        }
    }
}
