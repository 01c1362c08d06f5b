namespace HyperGen.Generator.Routing;

/// <summary>Routes that match the same paths where they stand in the trie, and differ in method: of these one answers.</summary>
internal sealed class Candidate(RouteTemplate template, string key)
{
    private readonly List<RouteEntry> _routes = [];

    /// <summary>The template; those of the other routes differ in the names of parameters only.</summary>
    public RouteTemplate Template { get; } = template;

    /// <summary>Equal for candidates that match the same paths.</summary>
    public string Key { get; } = key;

    public IReadOnlyList<RouteEntry> Routes => _routes;

    public void Add(RouteEntry route)
    {
        // A duplicate is an error that the rules report; the first one stays.
        if (!_routes.Exists(other => other.Method == route.Method))
        {
            _routes.Add(route);
        }
    }
}
