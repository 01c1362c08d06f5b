namespace HyperGen.Tls;

/// <summary>Chooses what to answer a ClientHello with by the name it asks for (SNI). Immutable.</summary>
/// <param name="fallback">For clients that ask for no name, or one that nobody here has: most of them would rather judge the certificate themselves.</param>
/// <param name="named">Host names, ASCII, of which <c>*.</c> at the beginning stands for one label (RFC 9525, section 6.3). The first entry of a name holds.</param>
internal sealed class NamedSelections(ServerSelection fallback, IEnumerable<(string Name, ServerSelection Selection)> named)
{
    private readonly Dictionary<string, ServerSelection> _named = Index(named);

    /// <summary>The selection for a name.</summary>
    /// <param name="serverName">The name as the client sent it, unchecked; null for none.</param>
    public ServerSelection Find(string? serverName)
    {
        if (serverName is null || _named.Count == 0)
        {
            return fallback;
        }

        if (_named.TryGetValue(serverName, out var exact))
        {
            return exact;
        }

        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _named.TryGetValue(string.Concat("*", serverName.AsSpan(dot)), out var wildcard) ? wildcard : fallback;
    }

    private static Dictionary<string, ServerSelection> Index(IEnumerable<(string Name, ServerSelection Selection)> named)
    {
        var index = new Dictionary<string, ServerSelection>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, selection) in named)
        {
            index.TryAdd(name, selection);
        }

        return index;
    }
}
