using HyperGen.CompilerServices;
using HyperGen.Problems;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Server.Pipeline;

/// <summary>Keeps a request whose antiforgery token is not valid from its endpoint: ASP.NET Core's middleware only takes note of that.</summary>
internal static class AntiforgeryCheck
{
    /// <summary>Whether the request has been answered: with 400, or as its form deserves where that could not be read to look for the token.</summary>
    public static bool Refuses(FeatureRequestContext context)
    {
        if ((context.Endpoint!.Requires & PipelineFeatures.Antiforgery) == 0 || context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: false } validation)
        {
            return false;
        }
        (int status, string detail) = FormBody.Refusal(validation.Error?.InnerException)
            ?? (StatusCodes.Status400BadRequest, "The antiforgery token of the request is missing or not valid.");
        ProblemDocument.Write(context, new Problem(status, detail));
        return true;
    }
}
