namespace HyperGen;

/// <summary>Admits an endpoint to requests that arrive in TLS early data (0-RTT), which an attacker can replay. Without it such a request waits for the handshake, and one
/// that came so to an intermediary, which says it with the header <c>Early-Data</c>, is answered with 425 (RFC 8470).</summary>
/// <remarks>
/// Only for endpoints without effects: a replay must do no harm. It holds for GET, HEAD and OPTIONS; requests with other methods wait all the same, and so do those that ASP.NET
/// Core's own middleware or telemetry has to see first. <see cref="RequestContext.IsEarly"/> tells which requests may be replays. Early data reaches the server over
/// HTTP/3 only, and not through Kestrel.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = false)]
public sealed class EarlyDataAttribute : Attribute;
