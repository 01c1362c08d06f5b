namespace HyperGen.Tls;

/// <summary>Why a handshake failed, in the terms of the CONNECTION_CLOSE frame that says so.</summary>
/// <param name="Code">The QUIC transport error code.</param>
/// <param name="Reason">A sentence for the log and the frame's reason phrase. It never holds a secret or a peer's raw bytes.</param>
internal sealed record TlsError(ulong Code, string Reason)
{
    private const ulong ProtocolViolationCode = 0x0a;
    private const ulong CryptoBufferExceededCode = 0x0d;
    private const ulong CryptoErrorCode = 0x0100;

    /// <summary>The alert that the code stands for; null when it is an error of QUIC's own.</summary>
    public TlsAlert? Alert => Code is >= CryptoErrorCode and <= CryptoErrorCode + byte.MaxValue ? (TlsAlert)(Code - CryptoErrorCode) : null;

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.8
    //# The AlertDescription value is
    //# added to 0x0100 to produce a QUIC error code from the range reserved for
    //# CRYPTO_ERROR
    public static TlsError FromAlert(TlsAlert alert, string reason) => new(CryptoErrorCode + (byte)alert, reason);

    public static TlsError ProtocolViolation(string reason) => new(ProtocolViolationCode, reason);

    public static TlsError CryptoBufferExceeded(string reason) => new(CryptoBufferExceededCode, reason);
}
