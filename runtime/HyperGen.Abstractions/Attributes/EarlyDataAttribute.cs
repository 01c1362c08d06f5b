namespace HyperGen;

/// <summary>Admits an endpoint to requests that arrive in TLS early data (0-RTT), which an attacker can replay. Without it such a request waits for the handshake
/// or is answered with 425 (RFC 8470).</summary>
/// <remarks>Only for endpoints without effects: a replay must do no harm.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = false)]
public sealed class EarlyDataAttribute : Attribute;
