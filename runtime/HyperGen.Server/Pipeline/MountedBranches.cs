using HyperGen.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Server.Pipeline;

/// <summary>The end of the pipeline: what no route matched is offered to the mounted branches in the order they were mounted in, and is then answered with 404 or 405.</summary>
internal static class MountedBranches
{
    private static readonly object s_unanswered = new();

    public static RequestDelegate Build(IApplicationBuilder app, EndpointTable table)
    {
        RequestDelegate rest = http => Unmatched.AnswerAsync(EndpointSelection.Of(http), table).AsTask();
        for (int index = table.Branches.Count - 1; index >= 0; index--)
        {
            rest = Build(app, table.Branches[index], rest);
        }
        return rest;
    }

    private static RequestDelegate Build(IApplicationBuilder app, Branch branch, RequestDelegate rest)
    {
        IApplicationBuilder inner = app.New();
        branch.Configure(inner);
        inner.Run(static http =>
        {
            http.Items[s_unanswered] = s_unanswered;
            return Task.CompletedTask;
        });
        RequestDelegate middleware = inner.Build();
        return async http =>
        {
            HttpRequest request = http.Request;
            if (!IsOffered(http) || !request.Path.StartsWithSegments(branch.Path, out PathString matched, out PathString remaining))
            {
                await rest(http);
                return;
            }
            (PathString pathBase, PathString path) = (request.PathBase, request.Path);
            request.PathBase = pathBase.Add(matched);
            request.Path = remaining;
            try
            {
                await middleware(http);
            }
            finally
            {
                request.PathBase = pathBase;
                request.Path = path;
            }
            if (http.Items.Remove(s_unanswered))
            {
                await rest(http);
            }
        };
    }

    /// <summary>Branches see only paths that no route has: a wrong method on a path of ours is answered with 405, and a path that is not text with 400.</summary>
    private static bool IsOffered(HttpContext http) => EndpointSelection.Of(http) is { Match: CompilerServices.GeneratedApp.NoMatch, IsMalformed: false };
}
