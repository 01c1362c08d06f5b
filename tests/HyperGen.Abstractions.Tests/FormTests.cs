using System.Text;
using System.Text.Json;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Abstractions.Tests;

public class FormTests
{
    private const string Multipart = "multipart/form-data; boundary=b";

    [Fact]
    public async Task Fields_of_a_form_are_values()
    {
        FormBody form = await Bind.FormAsync(TestRequest.Post("application/x-www-form-urlencoded", "name=a+b&age=36&id=1&id=2&empty="), required: true);
        BindingErrors errors = default;
        form.Check(ref errors);
        Assert.Equal("a b", Bind.Form<string, StringValue>(form, "NAME", ref errors));
        Assert.Equal(36, Bind.Form<int, Utf8Value<int>>(form, "age", ref errors));
        Assert.Equal([1, 2], Bind.FormAll<int, Utf8Value<int>>(form, "id", ref errors)!);
        Assert.Equal(5, Bind.FormOr<int, Utf8Value<int>>(form, "empty", 5, ref errors));
        Assert.Equal(5, Bind.FormOr<int, Utf8Value<int>>(form, "none", 5, ref errors));
        Assert.False(errors.Any);
    }

    [Fact]
    public async Task Files_of_a_form_are_files()
    {
        string body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--b--\r\n";
        FormBody form = await Bind.FormAsync(TestRequest.Post(Multipart, body), required: true);
        BindingErrors errors = default;
        form.Check(ref errors);
        IFormFile file = Bind.File(form, "file", ref errors);
        Assert.Equal(("a.txt", 5L), (file.FileName, file.Length));
        Assert.Null(Bind.FileOrNull(form, "other"));
        Assert.False(errors.Any);
    }

    [Theory]
    [InlineData("application/json", "{}", 415)]
    [InlineData("multipart/form-data", "x", 400)]
    [InlineData(Multipart, "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", 400)]
    [InlineData(Multipart, "nonsense", 400)]
    [InlineData("application/x-www-form-urlencoded", "", 400)]
    public async Task A_form_that_is_none_is_refused(string contentType, string body, int status)
    {
        TestRequest request = TestRequest.Post(contentType, body);
        FormBody form = await Bind.FormAsync(request, required: true);
        BindingErrors errors = default;
        form.Check(ref errors);
        Bind.Form<string, StringValue>(form, "a", ref errors);
        await errors.WriteAsync(request);
        Assert.Equal(status, request.StatusCode);
        Assert.True((await request.ProblemAsync()).TryGetProperty("detail", out _));
    }

    [Fact]
    public async Task The_limits_of_ASPNET_Core_hold()
    {
        TestRequest request = TestRequest.Post("application/x-www-form-urlencoded", string.Join('&', Enumerable.Range(0, 2000).Select(static i => "p" + i)));
        FormBody form = await Bind.FormAsync(request, required: true);
        BindingErrors errors = default;
        form.Check(ref errors);
        await errors.WriteAsync(request);
        Assert.Contains("1024", (await request.ProblemAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        TestRequest large = TestRequest.Post("application/x-www-form-urlencoded", new string('x', 100)).WithLimit(10);
        (await Bind.FormAsync(large, required: true)).Check(ref errors);
        BindingErrors tooLarge = default;
        (await Bind.FormAsync(large, required: true)).Check(ref tooLarge);
        await tooLarge.WriteAsync(large);
        Assert.Equal(413, large.StatusCode);
    }

    [Fact]
    public async Task What_is_missing_is_told_by_name()
    {
        TestRequest request = TestRequest.Post("application/x-www-form-urlencoded", "age=x");
        FormBody form = await Bind.FormAsync(request, required: true);
        BindingErrors errors = default;
        Bind.Form<string, StringValue>(form, "name", ref errors);
        Bind.Form<int, Utf8Value<int>>(form, "age", ref errors);
        Bind.File(form, "file", ref errors);
        await errors.WriteAsync(request);
        JsonElement all = (await request.ProblemAsync()).GetProperty("errors");
        Assert.Equal(["name", "age", "file"], all.EnumerateObject().Select(static p => p.Name));
    }

    [Fact]
    public async Task No_truncation_of_a_form_throws()
    {
        byte[] whole = Encoding.UTF8.GetBytes("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n");
        for (int length = 1; length <= whole.Length; length++)
        {
            FormBody form = await Bind.FormAsync(TestRequest.Post(Multipart, whole.AsSpan(0, length)), required: true);
            BindingErrors errors = default;
            form.Check(ref errors);
        }
    }
}
