using System.Diagnostics.CodeAnalysis;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Streams;
using HyperGen.Tls;

namespace HyperGen.Quic;

/// <summary>
/// One QUIC version 1 connection, either role: the state that datagrams, time and the layer above change, and the datagrams that follow from it. It knows
/// no socket, clock, thread or entropy of its own, and what a peer sends never makes it throw.
/// <para>
/// One thread owns it, its <see cref="Endpoint" />'s. After anything was put in (<see cref="Endpoint.HandleDatagram" />, <see cref="HandleTimeout" />,
/// <see cref="HandleAnswer" />, calls on streams) the owner, in this order:
/// </para>
/// <list type="number">
/// <item>takes events with <see cref="TryGetEvent" /> until there are none, and acts on them;</item>
/// <item>calls <see cref="TryTransmit" /> until it answers false, sending each batch;</item>
/// <item>reads <see cref="NextTimeout" /> and sees that <see cref="HandleTimeout" /> is called then;</item>
/// <item>drops the connection when <see cref="State" /> is <see cref="ConnectionState.Drained" />.</item>
/// </list>
/// Several datagrams may be put in before: acknowledgments and answers then share packets.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A connection is not disposed but ends, and then wipes its keys: see Drain.")]
internal sealed partial class Connection
{
    private readonly Endpoint _endpoint;
    private readonly ConnectionLimits _limits;
    private TransportParameters _local;
    private readonly EventQueue _events = new();
    private readonly SentFrames _sentFrames = new();
    private readonly LossDetection _recovery;
    private readonly StreamSet _streams;
    private readonly PacketNumberSpace[] _spaces;
    private readonly LocalConnectionIds _localIds = new();
    private readonly RemoteConnectionIds _remoteIds;
    private readonly Timestamp _created;
    private UndecryptablePackets? _undecryptable;
    private TransportParameters? _remote;
    private OneRttKeys? _oneRtt;
    private PathState _path;

    private Connection(Endpoint endpoint, Role role, Timestamp now, in NetworkPath path)
    {
        _endpoint = endpoint;
        _limits = endpoint.Options.Limits;
        _remoteIds = new(endpoint.ResetTokens, this);
        Role = role;
        _created = _lastActivity = now;
        _path = new(path, validated: role == Role.Client, _limits.MaxDatagramSize);
        _local = TransportParameters.Of(_limits);
        _spaces =
        [
            new(PacketNumberSpaceId.Initial, endpoint.Pages), new(PacketNumberSpaceId.Handshake, endpoint.Pages),
            new(PacketNumberSpaceId.ApplicationData, endpoint.Pages),
        ];
        _recovery = new(role, CongestionController.Create(_limits.CongestionControl, MinDatagramSize));
        _streams = new(role, _limits, endpoint.Streams, endpoint.Pages, _events);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14
    //# QUIC MUST NOT be used if the network path cannot support a maximum
    //# datagram size of at least 1200 bytes.

    /// <summary>The datagram size that every path carries, and that datagrams with Initial packets must have at least.</summary>
    public const int MinDatagramSize = 1200;

    /// <summary>What a connection is charged to the memory budget beside its pages: about what its objects come to.</summary>
    public const int RestingCost = 8 << 10;

    /// <summary>What it is charged on top while its handshake runs: keys, transcript, certificate messages.</summary>
    public const int HandshakeCost = 16 << 10;

    /// <summary>Which end this is.</summary>
    public Role Role { get; }

    /// <summary>Where it stands.</summary>
    public ConnectionState State { get; private set; }

    /// <summary>Why it ended; its default until the Closed event.</summary>
    public CloseReason CloseReason { get; private set; }

    /// <summary>The TLS handshake: what was negotiated, and where the questions it asks are answered.</summary>
    public TlsHandshake Handshake { get; private set; } = null!;

    /// <summary>The question of the last <see cref="ConnectionEventKind.HandshakeQuestion" />; null when none is open.</summary>
    public TlsQuestion? Question { get; private set; }

    /// <summary>The path packets are sent along.</summary>
    public NetworkPath Path => _path.Path;

    /// <summary>Whether the handshake is confirmed (RFC 9001 section 4.1.2).</summary>
    public bool IsHandshakeConfirmed => _recovery.HandshakeConfirmed;

    /// <summary>The smoothed round-trip time of the path.</summary>
    public TimeSpan SmoothedRtt => _recovery.Rtt.SmoothedRtt;

    /// <summary>Streams open now, those released but not yet acknowledged included.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>Whether something is on its way that a stream's user has left to the connection, and that closing it would lose.</summary>
    public bool IsDelivering => State is ConnectionState.Handshaking or ConnectionState.Established && _streams.IsDelivering;

    /// <summary>How often the 1-RTT keys were updated by either end.</summary>
    public int KeyUpdates => _oneRtt?.Updates ?? 0;

    /// <summary>Counters for logs, tests and metrics.</summary>
    public ConnectionStatistics Statistics { get; } = new();

    /// <summary>Whatever the owner keeps for the connection.</summary>
    public object? UserState { get; set; }

    /// <summary>At a server: under which source the endpoint counts it, whatever path it has taken to since.</summary>
    internal UInt128 Source { get; private set; }

    internal LossDetection Recovery => _recovery;

    internal EcnValidation.State EcnState => _path.Ecn.Current;

    /// <summary>Packets that may be sent although the congestion window is full.</summary>
    internal int ProbesDue => Initial.Probes + HandshakeSpace.Probes + Application.Probes;

    /// <summary>Whether the peer's flow control limits are kept, as they always are.</summary>
    internal bool IsWithinLimits => _streams.IsWithinLimits;

    private PacketNumberSpace Initial => _spaces[(int)PacketNumberSpaceId.Initial];

    private PacketNumberSpace HandshakeSpace => _spaces[(int)PacketNumberSpaceId.Handshake];

    private PacketNumberSpace Application => _spaces[(int)PacketNumberSpaceId.ApplicationData];

    /// <summary>Takes the next event.</summary>
    public bool TryGetEvent(out ConnectionEvent connectionEvent) => _events.TryTake(out connectionEvent);

    /// <summary>
    /// Opens a stream; null when the peer's limit is reached, after which <see cref="ConnectionEventKind.StreamsAvailable" /> tells of more.
    /// </summary>
    public QuicStream? TryOpenStream(bool unidirectional = false) =>
        State == ConnectionState.Established || SendsBeforeHandshakeIsComplete ? _streams.TryOpen(unidirectional) : null;

    /// <summary>A stream by its ID, from the moment it exists (the event that tells of it may still wait) until both its directions have ended; null before and afterwards.</summary>
    public QuicStream? FindStream(StreamId id) => _streams.Find(id);

    /// <summary>How many bidirectional streams the peer has opened so far: of those with lower sequence numbers that are not there, all have ended.</summary>
    public long PeerStreamCount => _streams.IncomingBidi.Opened;

    /// <summary>How many bidirectional streams the peer may have opened by now, as far as it was told.</summary>
    public long PeerStreamLimit => _streams.IncomingBidi.Limit;

    /// <summary>
    /// Closes the connection with an error code of the application's protocol. Closing twice does nothing. What was not sent is dropped: a graceful end is
    /// the application protocol's business.
    /// </summary>
    public void Close(Timestamp now, long errorCode, string reason = "") => CloseLocally(now, application: true, errorCode, 0, reason);

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.1
    //# An endpoint MUST NOT initiate a key update prior to having confirmed the handshake

    /// <summary>
    /// Starts an update of the 1-RTT keys; false when the handshake is not confirmed or the last update not yet settled. The transport starts one by itself
    /// long before a key is worn out.
    /// </summary>
    public bool TryUpdateKeys()
    {
        if (!IsHandshakeConfirmed || _oneRtt is null || !_oneRtt.TryInitiateUpdate(_recovery.LargestAcked(PacketNumberSpaceId.ApplicationData))) return false;
        LogKeyPhase(_lastActivity, isLocal: true);
        return true;
    }
}
