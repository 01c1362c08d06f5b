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

    [Fact]
    public async Task A_source_that_fails_at_once_writes_nothing()
    {
        TestRequest request = new();
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Respond.Many(request, Failing(0), TestJson.Of<int>()));
        Assert.False(request.HasStarted);
        Assert.Empty(await request.BytesAsync());
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

    private static async IAsyncEnumerable<int> Failing(int count)
    {
        for (int i = 0; i < count; i++)
        {
            yield return i;
        }
        await Task.Yield();
        throw new InvalidDataException("The source has failed.");
    }
}
