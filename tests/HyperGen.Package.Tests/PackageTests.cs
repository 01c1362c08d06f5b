using System.Net;
using System.Net.Http.Json;
using Xunit;

namespace HyperGen.Package.Tests;

/// <summary>What a user goes through who installs the packages: the first program, the first mistakes, the service that is forgotten.</summary>
public sealed class PackageTests(PackedConsumer consumer) : IClassFixture<PackedConsumer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_installed_package_compiles_routes_and_serves_them()
    {
        await BuildAsync("good");
        await using RunningProgram program = RunningProgram.Start(consumer.Directory, "good/Consumer.dll --server:httpPort 0 --server:port 0");
        using HttpClient client = await program.ClientAsync(Stop);

        Assert.Equal("""{"name":"ada","times":2}""", await client.GetStringAsync("/greetings/ada?times=2", Stop));
        using HttpResponseMessage bad = await client.GetAsync("/greetings/ada?times=x", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Equal("application/problem+json", bad.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Each_mistake_is_told_with_its_place_and_what_to_do()
    {
        string output = await BuildMistakesAsync("");

        foreach (string sentence in (string[])
        [
            "Books.cs(7,6): error HG0001: 'Books.Load' and 'Books.Find' in Books.cs:4 both answer GET /books/{isbn}: change the template of one of them",
            "Books.cs(10,12): error HG0003: The route template '/{isbn/pages' is not valid: ",
            "Books.cs(13,51): error HG0004: No parameter reads '{auhtor}' of the template '/books/by/{auhtor}', and 'author' would be read from the query: give both one name, or mark 'author' [FromQuery]",
            "Books.cs(16,49): error HG0006: The parameter 'shelf' of type 'Shelf' cannot be bound: it is read from the route, so it needs a simple type, such as string, int or Guid, or one with a static TryParse",
            "Books.cs(19,42): error HG0007: 'Shelf' is read or written as JSON, but no JsonSerializerContext covers it: add [JsonSerializable(typeof(Shelf))] to a partial class that derives from JsonSerializerContext",
            "Books.cs(22,46): error HG0005: The parameters 'book' and 'sequel' are both read from the body: keep one, or put both into one type",
        ])
        {
            Assert.True(output.Contains(sentence, StringComparison.Ordinal), $"Not told: {sentence}\n{output}");
        }
    }

    [Fact]
    public async Task Mistakes_do_not_build_without_analyzers_either()
    {
        string output = await BuildMistakesAsync("-p:RunAnalyzers=false");

        Assert.All((string[])["HG0001", "HG0003", "HG0004", "HG0005", "HG0006", "HG0007"], rule => Assert.True(output.Contains("#error: '" + rule, StringComparison.Ordinal), output));
    }

    [Fact]
    public async Task A_service_that_was_forgotten_is_told_at_the_start_and_all_is_served_when_it_is_there()
    {
        using ChangedFile books = new(consumer, "Books.cs", PackedConsumer.Read("Mended.cs.txt"));
        await BuildAsync("forgetful");
        (int exitCode, string output) = await Tool.RunAsync(consumer.Directory, "dotnet", "forgetful/Consumer.dll --server:httpPort 0 --server:port 0", Stop);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Books asks for IBookStore, which is not registered: add it to builder.Services.", output, StringComparison.Ordinal);

        using ChangedFile mended = new(consumer, "Program.cs", PackedConsumer.Read("Program.cs").Replace(
            "await using var app", "builder.Services.AddSingleton<IBookStore, BookStore>();\nawait using var app", StringComparison.Ordinal));
        await BuildAsync("mended");
        await using RunningProgram program = RunningProgram.Start(consumer.Directory, "mended/Consumer.dll --server:httpPort 0 --server:port 0");
        using HttpClient client = await program.ClientAsync(Stop);

        Assert.Equal("""{"title":"One"}""", await client.GetStringAsync("/books/1", Stop));
        using HttpResponseMessage added = await client.PostAsJsonAsync("/books", new { book = new { title = "One" }, sequel = new { title = "Two" } }, Stop);
        Assert.Equal("OneTwo", await added.Content.ReadAsStringAsync(Stop));
        Assert.Equal("""{"name":"ada","times":1}""", await client.GetStringAsync("/greetings/ada", Stop));
    }

    private async Task BuildAsync(string folder)
    {
        (int exitCode, string output) = await consumer.BuildAsync("-o " + folder, Stop);
        Assert.True(exitCode == 0, output);
    }

    private async Task<string> BuildMistakesAsync(string options)
    {
        using ChangedFile mistakes = new(consumer, "Books.cs", PackedConsumer.Read("Mistakes.cs.txt"));
        (int exitCode, string output) = await consumer.BuildAsync("-o mistaken " + options, Stop);
        Assert.NotEqual(0, exitCode);
        return output;
    }
}
