namespace HyperGen.Tls;

/// <summary>Server: shall the early data (0-RTT) of this resumed session be read, although it may be a replay?</summary>
/// <remarks>
/// Asked only when TLS itself has nothing against it: the same suite, application protocol, server name and QUIC version as before, and a fresh
/// ClientHello. Answered with <see cref="TlsHandshake.AnswerEarlyData"/>; a no only costs the client a round trip.
/// </remarks>
internal sealed class AdmitEarlyDataQuestion(int id, SessionState session, byte[] binder, long freshUntil) : TlsQuestion(id)
{
    /// <summary>
    /// Our transport parameters when the ticket was issued, as they were on the wire: the client relies on their limits. When one of today's is lower,
    /// the answer must be no (RFC 9000, section 7.4.1).
    /// </summary>
    public ReadOnlyMemory<byte> TransportParameters { get; } = session.TransportParameters;

    /// <summary>
    /// What <see cref="TlsHandshake.TryIssueTicket"/> was given: the settings of HTTP/3 that the client relies on. When one of today's limits is lower, the
    /// answer must be no (RFC 9114, section 7.2.4.2).
    /// </summary>
    public ReadOnlyMemory<byte> ApplicationState { get; } = session.ApplicationState;

    /// <summary>When the ticket was issued, in milliseconds since 1970.</summary>
    public long IssuedAt { get; } = session.IssuedAt;

    /// <summary>
    /// Until when the ClientHello is fresh, in milliseconds since 1970. It was when it came, but may have been asked about long after: when this is over, the answer
    /// must be no, or <see cref="Binder"/> would have to be remembered for longer.
    /// </summary>
    public long FreshUntil { get; } = freshUntil;

    /// <summary>Differs in every genuine ClientHello and is the same in its replays: seen before within the last 20 seconds, the answer must be no.</summary>
    public ReadOnlyMemory<byte> Binder { get; } = binder;
}
