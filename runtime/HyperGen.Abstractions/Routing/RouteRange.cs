namespace HyperGen.CompilerServices;

/// <summary>Where the value of a route parameter lies in <see cref="RequestContext.Path"/>.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="Length">The number of bytes; -1 for an optional parameter that the path leaves out.</param>
public readonly record struct RouteRange(int Start, int Length)
{
    /// <summary>An optional parameter that the path leaves out.</summary>
    public static RouteRange Absent => new(0, -1);
}
