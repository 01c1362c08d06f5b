using System.Runtime.ExceptionServices;
using HyperGen.Problems;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace HyperGen.Server.Pipeline;

/// <summary>Answers a request whose endpoint, or the middleware before it, threw: with a problem document that carries a trace id, and with details only in Development.</summary>
/// <remarks>
/// The application's <see cref="IExceptionHandler"/>s and <see cref="IProblemDetailsService"/> come first where they are registered. Once the response has started
/// nothing is written: the exception goes on to the server, which logs it and breaks the response off, so that no client takes it for whole.
/// </remarks>
internal sealed class UnhandledExceptions(
    IHostEnvironment environment,
    ILoggerFactory loggers,
    IEnumerable<IExceptionHandler> handlers,
    IServiceProvider services)
{
    private readonly ILogger _logger = loggers.CreateLogger("HyperGen.Server.UnhandledExceptions");
    private readonly IExceptionHandler[] _handlers = [.. handlers];
    private readonly IProblemDetailsService? _problems = services.GetService<IProblemDetailsService>();

    /// <summary>Answers a request whose deadline has passed.</summary>
    public static void WriteLate(FeatureRequestContext context) =>
        Write(context, new Problem(StatusCodes.Status503ServiceUnavailable, "The deadline of the request has passed."));

    /// <summary>Answers a request that the server has refused while its body was read.</summary>
    public static void WriteRefused(FeatureRequestContext context, BadHttpRequestException refusal) => Write(context, new Problem(refusal.StatusCode, refusal.Message));

    public ValueTask AnswerAsync(FeatureRequestContext context, Exception failure)
    {
        string request = $"{context.Method} {context.Endpoint?.Template ?? "(no route)"}";
        bool hasWritten = context.HasWritten;
        // A connection that breaks because the deadline has passed is not the client's doing.
        if (context.IsLate && failure is OperationCanceledException or IOException)
        {
            _logger.LogWarning("{Request} has been given up: it took longer than {Deadline} ms", request, context.Endpoint?.Deadline);
            if (hasWritten)
            {
                // The client is still there, and would take half of an answer for the whole.
                ExceptionDispatchInfo.Throw(failure);
            }
            WriteLate(context);
            return ValueTask.CompletedTask;
        }
        if (ClientGone.Explains(failure, context))
        {
            _logger.LogDebug(failure, "The client of {Request} has gone", request);
            ClientGone.End(context);
            return ValueTask.CompletedTask;
        }
        if (hasWritten)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        if (failure is BadHttpRequestException bad)
        {
            _logger.LogDebug(failure, "The server refused {Request}", request);
            WriteRefused(context, bad);
            return ValueTask.CompletedTask;
        }
        _logger.LogError(failure, "{Endpoint} ({Request}) has failed", context.Endpoint?.DisplayName ?? "The pipeline", request);
        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("error.type", failure.GetType().FullName));
        if (_handlers.Length == 0 && _problems is null)
        {
            WriteFailure(context, failure);
            return ValueTask.CompletedTask;
        }
        return HandOverAsync(context, failure);
    }

    private async ValueTask HandOverAsync(FeatureRequestContext context, Exception failure)
    {
        HttpContext http = context.HttpContext;
        StringValues alternatives = http.Response.Headers.AltSvc;
        http.Response.Clear();
        http.Response.Headers.AltSvc = alternatives;
        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        var feature = new ExceptionHandlerFeature
        {
            Error = failure,
            Path = http.Request.Path.Value ?? "",
            Endpoint = http.GetEndpoint(),
            RouteValues = http.Request.RouteValues,
        };
        http.Features.Set<IExceptionHandlerFeature>(feature);
        http.Features.Set<IExceptionHandlerPathFeature>(feature);
        foreach (IExceptionHandler handler in _handlers)
        {
            if (await handler.TryHandleAsync(http, failure, http.RequestAborted))
            {
                return;
            }
        }
        if (_problems is not null && await _problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = http,
            Exception = failure,
            AdditionalMetadata = http.GetEndpoint()?.Metadata,
            ProblemDetails = { Status = StatusCodes.Status500InternalServerError, Detail = environment.IsDevelopment() ? failure.Message : null },
        }))
        {
            return;
        }
        WriteFailure(context, failure);
    }

    private void WriteFailure(FeatureRequestContext context, Exception failure)
    {
        bool forDevelopers = environment.IsDevelopment();
        Write(context, new Problem(StatusCodes.Status500InternalServerError, forDevelopers ? failure.Message : null, Exception: forDevelopers ? failure : null));
    }

    private static void Write(FeatureRequestContext context, in Problem problem)
    {
        IHeaderDictionary headers = context.ResponseHeaders;
        StringValues alternatives = headers.AltSvc;
        headers.Clear();
        headers.AltSvc = alternatives;
        ProblemDocument.Write(context, problem);
    }
}
