using System.IO.Pipelines;
using System.Text;
using HyperGen.CompilerServices;

namespace HyperGen.Abstractions.Tests;

public class ManyTests
{
    [Fact]
    public async Task Values_are_a_JSON_array()
    {
        TestRequest request = new();
        await Respond.Many(request, People(2), TestJson.Of<Person>());
        Assert.Equal("""[{"name":"p0","age":0},{"name":"p1","age":1}]""", await request.TextAsync());
        Assert.Equal("Accept", request.ResponseHeaders.Vary);
        TestRequest none = new();
        await Respond.Many(none, People(0), TestJson.Of<Person>());
        Assert.Equal("[]", await none.TextAsync());
    }

    [Theory]
    [InlineData("text/event-stream", true)]
    [InlineData("application/json;q=0.5, text/event-stream", true)]
    [InlineData("application/json, text/event-stream;q=0.5", false)]
    [InlineData("text/event-stream;q=0", false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain,,nonsense", false)]
    public async Task Accept_decides_between_array_and_events(string accept, bool events)
    {
        TestRequest request = new TestRequest().With("Accept", accept);
        await Respond.Many(request, People(1), TestJson.Of<Person>());
        Assert.Equal(events ? "data: {\"name\":\"p0\",\"age\":0}\n\n" : """[{"name":"p0","age":0}]""", await request.TextAsync());
        Assert.Equal(events ? "text/event-stream" : "application/json; charset=utf-8", request.ResponseHeaders.ContentType);
    }

    [Fact]
    public async Task Events_carry_names_and_ids_and_text_by_lines()
    {
        TestRequest request = new();
        await Respond.ReplyMany(request, Reply.Events(Events()), TestJson.Of<string>());
        Assert.Equal("event: note\nid: 7\nretry: 1500\ndata: one\ndata: two\n\ndata: \n\n", await request.TextAsync());
        Assert.Equal("no-cache,no-store", request.ResponseHeaders.CacheControl);
        Assert.Throws<ArgumentException>(static () => new ServerEvent<int>(1, "a\nb"));
        Assert.Throws<ArgumentException>(static () => new ServerEvent<int>(1, id: "a\0"));
    }

    [Theory]
    [InlineData("a\rb\nc\r\nd", "data: a\ndata: b\ndata: c\ndata: d\n\n")]
    [InlineData("a\n\r", "data: a\ndata: \ndata: \n\n")]
    [InlineData("a\fb\u0085c\u2028d\u2029e", "data: a\fb\u0085c\u2028d\u2029e\n\n")]
    public async Task Only_CR_and_LF_end_a_line_of_an_event(string text, string sent)
    {
        TestRequest request = new();
        await Respond.ReplyMany(request, Reply.Events(Texts(text)), TestJson.Of<string>());
        Assert.Equal(sent, await request.TextAsync());
    }

    [Fact]
    public async Task A_source_that_fails_at_once_writes_nothing()
    {
        TestRequest request = new();
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Respond.Many(request, Failing(0), TestJson.Of<int>()));
        Assert.False(request.HasStarted);
        Assert.Empty(await request.BytesAsync());
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_sequence_and_is_what_is_told()
    {
        var source = new SlowSource();
        var request = new TestRequest { Body = new BrokenWriter() };
        ValueTask answer = Respond.Many(request, source, TestJson.Of<int>());
        Assert.False(source.IsDisposed);
        source.Release();
        IOException told = await Assert.ThrowsAsync<IOException>(async () => await answer);
        Assert.Equal("The client has gone.", told.Message);
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public async Task No_source_is_404()
    {
        TestRequest request = new();
        await Respond.Many(request, (IAsyncEnumerable<int>?)null, TestJson.Of<int>());
        Assert.Equal(404, request.StatusCode);
    }

    [Fact]
    public async Task A_pipe_is_sent_to_its_end()
    {
        Pipe pipe = new();
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes("through"), TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();
        TestRequest request = new();
        await Respond.Pipe(request, pipe.Reader);
        Assert.Equal("through", await request.TextAsync());
    }

    private static async IAsyncEnumerable<Person> People(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return new Person("p" + i, i);
        }
    }

    private static async IAsyncEnumerable<ServerEvent<string>> Events()
    {
        yield return new ServerEvent<string>("one\r\ntwo", "note", "7", TimeSpan.FromSeconds(1.5));
        await Task.Yield();
        yield return new ServerEvent<string>("");
    }

    private static async IAsyncEnumerable<ServerEvent<string>> Texts(string text)
    {
        await Task.Yield();
        yield return new ServerEvent<string>(text);
    }

    private static async IAsyncEnumerable<int> Failing(int count)
    {
        for (int i = 0; i < count; i++)
        {
            yield return i;
        }
        await Task.Yield();
        throw new InvalidDataException("The source has failed.");
    }

    /// <summary>A sequence whose second value comes when the test says so. As one of the compiler's does, it refuses to be disposed of while it is asked for a value.</summary>
    private sealed class SlowSource : IAsyncEnumerable<int>, IAsyncEnumerator<int>
    {
        private readonly TaskCompletionSource<bool> _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task<bool>? _asked;

        public int Current => 1;

        public bool IsDisposed { get; private set; }

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public void Release() => _second.SetResult(true);

        public ValueTask<bool> MoveNextAsync()
        {
            if (_asked is null)
            {
                _asked = Task.FromResult(true);
                return new ValueTask<bool>(_asked);
            }
            return new ValueTask<bool>(_asked = _second.Task);
        }

        public ValueTask DisposeAsync()
        {
            if (!_asked!.IsCompleted)
            {
                throw new NotSupportedException("It is asked for its next value.");
            }
            IsDisposed = true;
            return default;
        }
    }

    /// <summary>A connection that is broken.</summary>
    private sealed class BrokenWriter : PipeWriter
    {
        private readonly byte[] _buffer = new byte[4096];

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => 0;

        public override void Advance(int bytes)
        {
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => ValueTask.FromException<FlushResult>(new IOException("The client has gone."));

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;
    }
}
