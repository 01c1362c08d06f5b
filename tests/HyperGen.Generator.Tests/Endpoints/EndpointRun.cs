using System.Text;

namespace HyperGen.Generator.Tests;

/// <summary>Sends requests with headers and bodies to a generated application.</summary>
internal static class EndpointRun
{
    /// <summary>Sends a request and gives what the endpoint answered: the status, the content type and the body.</summary>
    public static async Task<string> AnswerAsync(this RunningApp app, string method, string path, string? contentType = null, string? body = null, params (string Name, string Value)[] headers)
    {
        TestRequest request = await app.RunAsync(method, path, contentType, body, headers);
        return $"{request.StatusCode} {request.ResponseHeaders.ContentType} {request.ResponseText()}".Replace("; charset=utf-8", "", StringComparison.Ordinal);
    }

    public static async Task<TestRequest> RunAsync(this RunningApp app, string method, string path, string? contentType = null, string? body = null, params (string Name, string Value)[] headers)
    {
        (int endpoint, TestRequest request) = app.Prepare(method, path);
        if (body is not null)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(body);
            request.HttpContext.Request.Body = new MemoryStream(bytes);
            request.HttpContext.Request.ContentLength = bytes.Length;
            request.HttpContext.Request.ContentType = contentType;
        }
        foreach ((string name, string value) in headers)
        {
            request.RequestHeaders[name] = value;
        }
        await app.App.InvokeAsync(endpoint, request);
        return request;
    }
}
