using System.Diagnostics;

namespace HyperGen.Tls;

/// <summary>What a handshake tells QUIC. Events come in the order in which QUIC must act on them.</summary>
internal enum TlsEventKind : byte
{
    /// <summary><see cref="TlsEvent.Secret"/> opens packets at <see cref="TlsEvent.Level"/> from now on.</summary>
    ReadSecret,

    /// <summary><see cref="TlsEvent.Secret"/> seals packets at <see cref="TlsEvent.Level"/> from now on.</summary>
    WriteSecret,

    /// <summary><see cref="TlsEvent.TransportParameters"/> are the peer's. They are authenticated only once the handshake is complete.</summary>
    PeerTransportParameters,

    /// <summary>The handshake stops until <see cref="TlsEvent.Question"/> is answered.</summary>
    Question,

    /// <summary>Our Finished is sent and the peer's verified. Comes once.</summary>
    HandshakeComplete,

    /// <summary>Client: the server does not read the early data. Comes before the secrets of 1-RTT; what was sent must be sent again.</summary>
    EarlyDataRejected,

    /// <summary>Client: <see cref="TlsEvent.Session"/> resumes this session on another connection.</summary>
    SessionTicket,

    /// <summary>The handshake failed with <see cref="TlsEvent.Error"/>. Comes once and last.</summary>
    Failed,
}

/// <summary>One event of a <see cref="TlsHandshake"/>; which properties it has depends on its kind.</summary>
internal readonly struct TlsEvent
{
    private readonly object? _payload;

    private TlsEvent(TlsEventKind kind, EncryptionLevel level, object? payload)
    {
        Kind = kind;
        Level = level;
        _payload = payload;
    }

    public TlsEventKind Kind { get; }

    /// <summary>The level of a secret.</summary>
    public EncryptionLevel Level { get; }

    /// <summary>The secret, which the receiver of the event now owns.</summary>
    public TrafficSecret Secret => Payload<TrafficSecret>();

    /// <summary>The body of the peer's quic_transport_parameters extension.</summary>
    public ReadOnlyMemory<byte> TransportParameters => Payload<byte[]>();

    public TlsQuestion Question => Payload<TlsQuestion>();

    /// <summary>The session, which the receiver of the event now owns.</summary>
    public ClientSession Session => Payload<ClientSession>();

    public TlsError Error => Payload<TlsError>();

    public static TlsEvent ReadSecret(EncryptionLevel level, TrafficSecret secret) => new(TlsEventKind.ReadSecret, level, secret);

    public static TlsEvent WriteSecret(EncryptionLevel level, TrafficSecret secret) => new(TlsEventKind.WriteSecret, level, secret);

    public static TlsEvent PeerTransportParameters(byte[] parameters) => new(TlsEventKind.PeerTransportParameters, default, parameters);

    public static TlsEvent Asked(TlsQuestion question) => new(TlsEventKind.Question, default, question);

    public static TlsEvent HandshakeComplete() => new(TlsEventKind.HandshakeComplete, default, null);

    public static TlsEvent EarlyDataRejected() => new(TlsEventKind.EarlyDataRejected, default, null);

    public static TlsEvent SessionTicket(ClientSession session) => new(TlsEventKind.SessionTicket, default, session);

    public static TlsEvent Failed(TlsError error) => new(TlsEventKind.Failed, default, error);

    private T Payload<T>()
        where T : class
    {
        Debug.Assert(_payload is T, $"an event of kind {Kind} has no {typeof(T).Name}");
        return (T)_payload!;
    }
}
