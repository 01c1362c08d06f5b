using System.ComponentModel;

namespace HyperGen.CompilerServices;

/// <summary>The routes of a whole program. Generated code derives from it, once in each executable; an instance belongs to one running application.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GeneratedApp
{
    /// <summary>No route has this path.</summary>
    public const int NoMatch = -1;

    /// <summary>The modules whose endpoints the program serves. Endpoint numbers count through them in this order.</summary>
    public abstract IReadOnlyList<EndpointModule> Modules { get; }

    /// <summary>The most parameters a template of the program has.</summary>
    public abstract int MaxRouteValues { get; }

    /// <summary>Finds the endpoint for a request.</summary>
    /// <param name="method">The HTTP method, in any case.</param>
    /// <param name="path">The path as <see cref="RequestContext.Path"/> has it.</param>
    /// <param name="values">Receives where the route values lie, in the order of the template; at least <see cref="MaxRouteValues"/> long.</param>
    /// <returns>
    /// The number of the endpoint; <see cref="NoMatch"/> where no route has this path; below that where routes have the path but not the
    /// method: <see cref="AllowedMethods"/> names those they have.
    /// </returns>
    public abstract int Match(string method, ReadOnlySpan<byte> path, Span<RouteRange> values);

    /// <summary>The value of the <c>Allow</c> header for a path that has routes, but none for the method.</summary>
    /// <param name="match">What <see cref="Match"/> returned: below <see cref="NoMatch"/>.</param>
    public abstract string AllowedMethods(int match);

    /// <summary>Runs an endpoint.</summary>
    /// <param name="endpoint">Its number, from <see cref="Match"/>.</param>
    /// <param name="context">The request.</param>
    public abstract ValueTask InvokeAsync(int endpoint, RequestContext context);
}
