using System.Diagnostics;

namespace Hello;

/// <summary>A middleware: it wraps endpoints, sees what they throw, and costs no allocation of its own.</summary>
public sealed partial class RequestLog(ILogger<RequestLog> logger)
{
    public async ValueTask InvokeAsync<TNext>(RequestContext context, TNext next)
        where TNext : struct, INext
    {
        long start = Stopwatch.GetTimestamp();
        await next.InvokeAsync(context);
        Answered(context.Method, context.Endpoint?.Template, context.StatusCode, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    [LoggerMessage(LogLevel.Information, "{Method} {Route} answered {Status} in {Milliseconds:0.0} ms")]
    private partial void Answered(string method, string? route, int status, double milliseconds);
}
