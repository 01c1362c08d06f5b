namespace HyperGen.Quic;

/// <summary>The two addresses a datagram travelled between, seen from our end.</summary>
/// <param name="Remote">The peer's address.</param>
/// <param name="Local">Our address; the default value when the socket does not tell.</param>
internal readonly record struct NetworkPath(NetworkAddress Remote, NetworkAddress Local = default);
