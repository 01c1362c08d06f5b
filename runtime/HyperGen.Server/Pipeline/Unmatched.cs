using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Server.Pipeline;

/// <summary>Answers a request that no endpoint takes: 404, 405 with <c>Allow</c>, or 204 with <c>Allow</c> to OPTIONS.</summary>
internal static class Unmatched
{
    public static ValueTask AnswerAsync(FeatureRequestContext context, EndpointTable table)
    {
        if (context.Match >= GeneratedApp.NoMatch)
        {
            ProblemDocument.NotFound.Write(context);
            return ValueTask.CompletedTask;
        }
        context.ResponseHeaders.Allow = table.Generated.AllowedMethods(context.Match);
        if (HttpMethods.IsOptions(context.Method))
        {
            context.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            ProblemDocument.MethodNotAllowed.Write(context);
        }
        return ValueTask.CompletedTask;
    }
}
