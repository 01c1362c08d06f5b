namespace HyperGen.CompilerServices;

/// <summary>A resource that a client will ask for once it has seen the response of an endpoint.</summary>
/// <param name="Path">Its path on this server, beginning with <c>/</c>.</param>
/// <param name="Priority">Its own priority.</param>
public sealed record PushedResource(string Path, ResponsePriority Priority);
