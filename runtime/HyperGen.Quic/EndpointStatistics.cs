namespace HyperGen.Quic;

/// <summary>What an endpoint did with datagrams of no connection. Written by its thread; others see approximations.</summary>
internal sealed class EndpointStatistics
{
    /// <summary>Clients that were asked to prove their address.</summary>
    public long Retries { get; set; }

    /// <summary>Clients that presented a token of a Retry that was not good.</summary>
    public long InvalidTokens { get; set; }

    /// <summary>Clients that were refused because there are too many connections or handshakes, or too little memory.</summary>
    public long Refused { get; set; }

    /// <summary>Version Negotiation packets.</summary>
    public long VersionNegotiations { get; set; }

    /// <summary>Stateless resets.</summary>
    public long StatelessResets { get; set; }
}
