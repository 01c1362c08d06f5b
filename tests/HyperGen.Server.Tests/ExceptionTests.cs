using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static HyperGen.Server.Tests.TestHost;

namespace HyperGen.Server.Tests;

public sealed class ExceptionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static FixtureApp Routes() => new FixtureApp()
        .Map("GET", "/sync", static _ => throw new InvalidOperationException("a secret"))
        .Map("GET", "/async", static async _ =>
        {
            await Task.Yield();
            throw new InvalidOperationException("a secret");
        })
        .Map("GET", "/hosted", static _ => throw new InvalidOperationException("a secret"), PipelineFeatures.OutputCaching)
        .Map("GET", "/buffered", static context =>
        {
            context.ResponseBody.Write("half of it"u8);
            throw new InvalidOperationException("a secret");
        })
        .Map("GET", "/started", static async context =>
        {
            context.ResponseHeaders.ContentLength = 100;
            context.ResponseBody.Write("half of it"u8);
            await context.ResponseBody.FlushAsync();
            throw new InvalidOperationException("too late");
        })
        .Map("GET", "/bad", static _ => throw new BadHttpRequestException("That is too much.", 413))
        .Map("POST", "/body", static async context =>
        {
            var read = await context.RequestBody.ReadAtLeastAsync(20, context.Aborted);
            long length = read.Buffer.Length;
            context.RequestBody.AdvanceTo(read.Buffer.End);
            await Text(context, $"{length}");
        }, maxBody: 10)
        .Map("GET", "/slow", static async context =>
        {
            await Task.Delay(Timeout.Infinite, context.Aborted);
        }, deadline: 50);

    [Theory]
    [InlineData("/sync")]
    [InlineData("/async")]
    [InlineData("/hosted")]
    public async Task An_unhandled_exception_is_logged_and_answered_without_details(string path)
    {
        await using TestHost host = await StartAsync(Routes());
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        string body = await response.Content.ReadAsStringAsync(Stop);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        Assert.NotEmpty(JsonDocument.Parse(body).RootElement.GetProperty("traceId").GetString()!);
        Assert.Contains(host.Logs.Entries, static entry => entry.Level == LogLevel.Error && entry.Exception is InvalidOperationException);
    }

    [Fact]
    public async Task In_Development_the_answer_has_the_details()
    {
        await using TestHost host = await StartAsync(Routes(), args: "--environment=Development");
        (HttpStatusCode status, string body) = await host.GetAsync("/sync");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        JsonElement problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal("a secret", problem.GetProperty("detail").GetString());
        Assert.Contains(nameof(ExceptionTests), problem.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_written_but_not_sent_is_not_mixed_into_the_answer()
    {
        await using TestHost host = await StartAsync(Routes());
        (HttpStatusCode status, string body) = await host.GetAsync("/buffered");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.DoesNotContain("half", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_that_has_started_is_broken_off()
    {
        await using TestHost host = await StartAsync(Routes());
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Http.Port, Stop);
        await socket.SendAsync("GET /started HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Stop);
        var received = new StringBuilder();
        byte[] buffer = new byte[1024];
        for (int count; (count = await socket.ReceiveAsync(buffer, Stop)) > 0;)
        {
            received.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        Assert.EndsWith("half of it", received.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_BadHttpRequestException_keeps_its_status()
    {
        await using TestHost host = await StartAsync(Routes());
        (HttpStatusCode status, string body) = await host.GetAsync("/bad");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal("That is too much.", JsonDocument.Parse(body).RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_body_larger_than_the_endpoint_accepts_is_answered_with_413()
    {
        await using TestHost host = await StartAsync(Routes());
        using var small = new StringContent("0123456789");
        using var large = new StringContent("0123456789+");
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Post, "/body", small)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await host.SendAsync(HttpMethod.Post, "/body", large)).StatusCode);
    }

    [Fact]
    public async Task A_deadline_cancels_the_request_and_answers_503()
    {
        await using TestHost host = await StartAsync(Routes());
        (HttpStatusCode status, string body) = await host.GetAsync("/slow");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("deadline", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_breaks_because_of_the_deadline_is_not_taken_for_a_client_that_has_gone()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/broken", static async context =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, context.Aborted);
            }
            catch (OperationCanceledException cancelled)
            {
                throw new IOException("The database has closed the connection.", cancelled);
            }
        }, deadline: 50));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.GetAsync("/broken")).Status);
        Assert.Contains(host.Logs.Entries, static entry => entry.Level == LogLevel.Warning && entry.Message.Contains("longer than 50 ms", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deadline_that_passes_in_the_middle_of_an_answer_breaks_it_off()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/half", static async context =>
        {
            context.ResponseHeaders.ContentLength = 100;
            context.ResponseBody.Write("half of it"u8);
            await Task.Delay(Timeout.Infinite, context.Aborted);
        }, deadline: 50));
        (HttpStatusCode status, string body) = await host.GetAsync("/half");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.DoesNotContain("half", body, StringComparison.Ordinal);
        Assert.Contains(host.Logs.Entries, static entry => entry.Level == LogLevel.Warning && entry.Message.Contains("longer than 50 ms", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exception_handlers_of_the_application_come_first()
    {
        await using TestHost host = await StartAsync(Routes(), static builder => builder.Services.AddExceptionHandler<Teapot>());
        Assert.Equal((HttpStatusCode)418, (await host.GetAsync("/async")).Status);
    }

    [Fact]
    public async Task Problem_details_are_customised_as_in_ASP_NET_Core()
    {
        await using TestHost host = await StartAsync(Routes(), static builder => builder.Services.AddProblemDetails(
            static options => options.CustomizeProblemDetails = static problem => problem.ProblemDetails.Extensions["team"] = "blue"));
        (HttpStatusCode status, string body) = await host.GetAsync("/sync");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Equal("blue", JsonDocument.Parse(body).RootElement.GetProperty("team").GetString());
    }

    private sealed class Teapot : IExceptionHandler
    {
        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            httpContext.Response.StatusCode = 418;
            return ValueTask.FromResult(true);
        }
    }
}
