using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace HyperGen.Hosting.Tests;

/// <summary>The OpenAPI document that ASP.NET Core makes of generated endpoints.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private const string Problem = "application/problem+json=ProblemDetails";
    private const string Invalid = "400 application/problem+json=HttpValidationProblemDetails";

    private RunningApp _app = null!;
    private JsonDocument _document = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await RunningApp.StartAspNetCoreAsync(static services => services.AddOpenApi(), null, static app => app.MapOpenApi());
        _document = JsonDocument.Parse(await _app.Client.GetStringAsync("/openapi/v1.json", Stop));
    }

    public async ValueTask DisposeAsync()
    {
        _document.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("get", "/documented/sure/{id}", "200 application/json=Thing", Invalid)]
    [InlineData("get", "/documented/later/{id}", "200 application/json=Thing", Invalid, "404 " + Problem)]
    [InlineData("get", "/documented/things/{id}", "200 application/json=Thing?", Invalid, "404 " + Problem)]
    [InlineData("get", "/documented/things", "200 application/json=Thing[]", Invalid)]
    [InlineData("post", "/documented/things", "201 application/json=Thing", Invalid)]
    [InlineData("put", "/documented/things/{id}", "202 application/json=Thing", "409 " + Problem)]
    [InlineData("delete", "/documented/things/{id}", "204", Invalid, "404 " + Problem)]
    [InlineData("get", "/documented/text", "200 text/plain=string")]
    [InlineData("get", "/documented/nothing", "200")]
    [InlineData("get", "/documented/many", "200 application/json=Thing[]")]
    [InlineData("get", "/documented/result/{id}", "200 application/json=Thing", "404")]
    [InlineData("get", "/documented/unknown", "200")]
    [InlineData("get", "/documented/value", "200 application/json=Thing", "404 " + Problem)]
    public void Answers_are_told_with_what_they_hold(string method, string path, params string[] answers)
    {
        IEnumerable<string> told = Operation(method, path).GetProperty("responses").EnumerateObject().Select(static answer => answer.Name + Content(answer.Value));
        Assert.Equal(answers, told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Parameters_are_told_with_place_type_and_limits()
    {
        JsonElement find = Operation("get", "/documented/things/{id}").GetProperty("parameters")[0];
        Assert.Equal(("id", "path", "Which one.", true, 1), (Text(find, "name"), Text(find, "in"), Text(find, "description"), find.GetProperty("required").GetBoolean(), find.GetProperty("schema").GetProperty("minimum").GetInt32()));
        JsonElement[] list = [.. Operation("get", "/documented/things").GetProperty("parameters").EnumerateArray()];
        Assert.Equal(["after query", "text query", "n query", "X-Trace header"], list.Select(static parameter => $"{Text(parameter, "name")} {Text(parameter, "in")}"));
        Assert.DoesNotContain(list, static parameter => parameter.TryGetProperty("required", out JsonElement required) && required.GetBoolean());
        Assert.Equal(9, list[0].GetProperty("schema").GetProperty("maximum").GetInt32());
        Assert.Equal("array", Text(list[2].GetProperty("schema"), "type"));
    }

    [Fact]
    public void Members_that_are_bound_one_by_one_are_told_as_parameters()
    {
        JsonElement[] told = [.. Operation("get", "/documented/search/{shelf}").GetProperty("parameters").EnumerateArray()];
        Assert.Equal(
            ["shelf path !", "Text query", "X-Trace header", "After query !", "Limit query", "w query", "exact query !"],
            told.Select(static one => $"{Text(one, "name")} {Text(one, "in")}{(one.TryGetProperty("required", out JsonElement required) && required.GetBoolean() ? " !" : "")}"));
        Assert.Equal("What for.", Text(told[1], "description"));
        Assert.Equal(100, told[4].GetProperty("schema").GetProperty("default").GetInt32());
        Assert.Equal(9, told[5].GetProperty("schema").GetProperty("maximum").GetInt32());
        Assert.False(Operation("get", "/documented/search/{shelf}").TryGetProperty("requestBody", out _));
        Assert.Contains("Thing", Operation("post", "/documented/search/{shelf}").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/documented/form", "multipart/form-data")]
    [InlineData("/documented/attached", "multipart/form-data")]
    [InlineData("/documented/fields", "multipart/form-data", "application/x-www-form-urlencoded")]
    [InlineData("/documented/letter", "multipart/form-data", "application/x-www-form-urlencoded")]
    public void Forms_are_told_with_the_types_they_may_have(string path, params string[] types)
    {
        JsonElement content = Operation("post", path).GetProperty("requestBody").GetProperty("content");
        Assert.Equal(types, content.EnumerateObject().Select(static type => type.Name));
    }

    [Theory]
    [InlineData("post", "/documented/things", "application/json", true)]
    [InlineData("post", "/documented/optional", "application/json", false)]
    [InlineData("post", "/documented/raw", "application/octet-stream", true)]
    public void Bodies_are_told(string method, string path, string contentType, bool required)
    {
        JsonElement body = Operation(method, path).GetProperty("requestBody");
        Assert.Equal(contentType, Assert.Single(body.GetProperty("content").EnumerateObject()).Name);
        Assert.Equal(required, body.TryGetProperty("required", out JsonElement told) && told.GetBoolean());
    }

    [Fact]
    public void Fields_and_files_of_a_form_are_told()
    {
        JsonElement schema = Operation("post", "/documented/form").GetProperty("requestBody").GetProperty("content").EnumerateObject().Single().Value.GetProperty("schema");
        Assert.Equal(["name", "count", "file"], schema.GetProperty("required").EnumerateArray().Select(static name => name.GetString()));
    }

    [Fact]
    public void Names_tags_and_texts_are_told_and_what_is_hidden_is_not()
    {
        JsonElement find = Operation("get", "/documented/things/{id}");
        Assert.Equal(("find", "Finds one.", "Looks it up.", "docs"), (Text(find, "operationId"), Text(find, "summary"), Text(find, "description"), find.GetProperty("tags")[0].GetString()));
        Assert.False(_document.RootElement.GetProperty("paths").TryGetProperty("/documented/hidden", out _));
        Assert.DoesNotContain(_document.RootElement.GetProperty("components").GetProperty("schemas").EnumerateObject(), static schema => schema.Name.Contains("Reply", StringComparison.Ordinal));
    }

    private JsonElement Operation(string method, string path) => _document.RootElement.GetProperty("paths").GetProperty(path).GetProperty(method);

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();

    private static string Content(JsonElement answer) => answer.TryGetProperty("content", out JsonElement content)
        ? string.Concat(content.EnumerateObject().Select(static one => $" {one.Name}={Schema(one.Value.GetProperty("schema"))}"))
        : "";

    private static string Schema(JsonElement schema) =>
        schema.TryGetProperty("$ref", out JsonElement reference) ? reference.GetString()![(reference.GetString()!.LastIndexOf('/') + 1)..]
        : schema.TryGetProperty("oneOf", out JsonElement choices) ? Schema(choices[1]) + "?"
        : schema.TryGetProperty("items", out JsonElement items) ? Schema(items) + "[]"
        : schema.GetProperty("type").GetString()!;
}
