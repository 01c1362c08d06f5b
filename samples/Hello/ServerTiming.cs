using System.Diagnostics;
using System.Globalization;

namespace Hello;

/// <summary>Tells a browser's developer tools how long the handler took. A middleware is a class with this one method.</summary>
public sealed class ServerTiming
{
    public async ValueTask InvokeAsync<TNext>(RequestContext context, TNext next)
        where TNext : struct, INext
    {
        long start = Stopwatch.GetTimestamp();
        await next.InvokeAsync(context);
        if (!context.HasStarted)
        {
            context.ResponseHeaders["Server-Timing"] =
                string.Create(CultureInfo.InvariantCulture, $"handler;dur={Stopwatch.GetElapsedTime(start).TotalMilliseconds:F3}");
        }
    }
}
