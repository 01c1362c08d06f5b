namespace HyperGen.Generator.Models;

/// <summary>What attributes say about limits and priorities of an endpoint, the nearest having won.</summary>
/// <param name="MaxBody">The largest body in bytes, <see cref="long.MaxValue"/> for no limit; null for the server's.</param>
/// <param name="Deadline">Milliseconds; null for none.</param>
/// <param name="Priority">The priority of the response; null for the protocol's default.</param>
/// <param name="EarlyData">Whether a request in TLS early data is admitted.</param>
/// <param name="Inline">Whether the endpoint is marked as fit to run on the thread that received the request.</param>
/// <param name="Push">The resources that a client will ask for next.</param>
internal sealed record PolicyModel(
    long? MaxBody,
    int? Deadline,
    PriorityModel? Priority,
    bool EarlyData,
    bool Inline,
    EquatableArray<PushModel> Push);

/// <summary>A priority as RFC 9218 has it.</summary>
internal sealed record PriorityModel(int Urgency, bool Incremental);

/// <summary>A resource that a client will ask for next, and its priority.</summary>
internal sealed record PushModel(string Path, PriorityModel Priority);
