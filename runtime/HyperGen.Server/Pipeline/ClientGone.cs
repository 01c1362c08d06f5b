using System.IO.Pipelines;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Server.Pipeline;

/// <summary>Tells what breaks because the client has gone from what is a failure of the server's.</summary>
internal static class ClientGone
{
    /// <summary>Nginx's word for a client that has gone before the answer; ASP.NET Core uses it too.</summary>
    private const int ClientClosedRequest = 499;

    /// <summary>Whether nobody is there any more to be told of a failure, which is the reason for it.</summary>
    public static bool Explains(Exception failure, FeatureRequestContext context) =>
        failure is OperationCanceledException or IOException && (context.HasClientGone || IsOfConnection(failure) || IsOfBody(failure, context));

    /// <summary>Ends a request quietly.</summary>
    public static void End(FeatureRequestContext context)
    {
        if (!context.HasStarted)
        {
            context.StatusCode = ClientClosedRequest;
        }
        if (!context.HasClientGone)
        {
            // The server does not know yet, and would look for the rest of a body that it cannot read.
            context.Abort();
        }
    }

    private static bool IsOfConnection(Exception? failure) =>
        failure is ConnectionResetException or ConnectionAbortedException || failure?.InnerException is ConnectionResetException or ConnectionAbortedException;

    /// <summary>Whether it is what the body broke with: Kestrel tells that to whoever reads, and cancels the token of the request a moment later.</summary>
    private static bool IsOfBody(Exception failure, FeatureRequestContext context)
    {
        if (failure is not IOException or BadHttpRequestException)
        {
            return false;
        }
        try
        {
            PipeReader body = context.RequestBody;
            if (body.TryRead(out ReadResult read))
            {
                body.AdvanceTo(read.Buffer.Start);
            }
            return false;
        }
        catch (Exception broken)
        {
            return ReferenceEquals(broken, failure) || ReferenceEquals(broken, failure.InnerException);
        }
    }
}
