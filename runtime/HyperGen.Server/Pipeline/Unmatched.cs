using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Server.Pipeline;

/// <summary>Answers a request that no endpoint takes: 404, 405 with <c>Allow</c>, 204 with <c>Allow</c> to OPTIONS, or 400 where the path is not text.</summary>
internal static class Unmatched
{
    public static ValueTask AnswerAsync(FeatureRequestContext context, EndpointTable table)
    {
        if (context.Match >= GeneratedApp.NoMatch)
        {
            PreparedProblem problem = context.IsMalformed ? PreparedProblem.BadRequest : PreparedProblem.NotFound;
            problem.Write(context);
            return ValueTask.CompletedTask;
        }
        context.ResponseHeaders.Allow = table.Generated.AllowedMethods(context.Match);
        if (HttpMethods.IsOptions(context.Method))
        {
            context.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            PreparedProblem.MethodNotAllowed.Write(context);
        }
        return ValueTask.CompletedTask;
    }
}
