namespace HyperGen.CompilerServices;

/// <summary>The priority of a response (RFC 9218).</summary>
/// <param name="Urgency">0 (first) to 7 (last).</param>
/// <param name="Incremental">Whether the response is of use in parts, as it arrives.</param>
public readonly record struct ResponsePriority(int Urgency, bool Incremental);
