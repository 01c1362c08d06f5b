namespace HyperGen.Tls;

/// <summary>Something a handshake cannot decide or compute itself. It stands still until the question is answered by its id.</summary>
/// <remarks>
/// A question is immutable and holds copies: it may be handed to another thread. The answer must be given on the thread that owns the connection.
/// It has a deadline, which QUIC keeps, for the handshake knows no time: <see cref="TlsHandshake.Expire"/> is called when it is over.
/// </remarks>
internal abstract class TlsQuestion(int id)
{
    /// <summary>Names the question within its handshake; never used twice.</summary>
    public int Id { get; } = id;
}
