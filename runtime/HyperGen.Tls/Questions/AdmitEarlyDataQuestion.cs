namespace HyperGen.Tls;

/// <summary>Server: shall the early data (0-RTT) of this resumed session be read, although it may be a replay?</summary>
/// <remarks>
/// Asked only when TLS itself has nothing against it: the same suite and application protocol as before, and a fresh ClientHello. Answered with
/// <see cref="ServerHandshake.AnswerEarlyData"/>; a no only costs the client a round trip.
/// </remarks>
internal sealed class AdmitEarlyDataQuestion(int id, byte[] applicationState, byte[] binder) : TlsQuestion(id)
{
    /// <summary>
    /// What <see cref="ServerHandshake.TryIssueTicket"/> was given: the transport parameters and settings that the client relies on. When one of today's
    /// limits is lower, the answer must be no.
    /// </summary>
    public ReadOnlyMemory<byte> ApplicationState { get; } = applicationState;

    /// <summary>Differs in every genuine ClientHello and is the same in its replays: seen before within the last 20 seconds, the answer must be no.</summary>
    public ReadOnlyMemory<byte> Binder { get; } = binder;
}
