using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>The middleware instances of a module, and the distinct pipelines its endpoints have.</summary>
/// <remarks>A pipeline is shared by all endpoints with the same middleware in the same order: the code is compiled once, not once for each endpoint.</remarks>
internal sealed class MiddlewareTable
{
    private readonly Dictionary<MiddlewareModel, string> _fields = [];

    public MiddlewareTable(IEnumerable<EndpointModel> endpoints)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        Dictionary<EquatableArray<MiddlewareModel>, int> pipelines = [];
        List<int> numbers = [];
        foreach (EndpointModel endpoint in endpoints)
        {
            if (!pipelines.TryGetValue(endpoint.Middleware, out int number))
            {
                pipelines.Add(endpoint.Middleware, number = pipelines.Count);
                Pipelines.Add(endpoint.Middleware);
            }
            numbers.Add(number);
            foreach (MiddlewareModel middleware in endpoint.Middleware)
            {
                if (!_fields.ContainsKey(middleware))
                {
                    _fields.Add(middleware, Unique("_use_" + Identifier(middleware.DisplayName), names));
                }
            }
        }
        PipelineOfEndpoint = numbers;
    }

    /// <summary>Each instance once, in the order of first use.</summary>
    public IEnumerable<KeyValuePair<MiddlewareModel, string>> Instances => _fields;

    public List<EquatableArray<MiddlewareModel>> Pipelines { get; } = [];

    /// <summary>The place in <see cref="Pipelines"/> of each endpoint's.</summary>
    public IReadOnlyList<int> PipelineOfEndpoint { get; }

    public string Field(MiddlewareModel middleware) => _fields[middleware];

    private static string Identifier(string displayName) => new([.. displayName.Select(static c => char.IsLetterOrDigit(c) ? c : '_')]);

    private static string Unique(string name, HashSet<string> names)
    {
        string candidate = name;
        for (int i = 2; !names.Add(candidate); i++)
        {
            candidate = name + "_" + i;
        }
        return candidate;
    }
}
