using System.Runtime.CompilerServices;
using HyperGen.Quic.Recovery;

namespace HyperGen.Quic.Paths;

/// <summary>
/// What we know of one path: whether the peer is there, and until then how little we may send (RFC 9000 sections 8.1 and 8.2), what it carries, and which
/// connection ID belongs to it. A connection has one in use and, while somebody moves, a few others.
/// </summary>
internal sealed class PathState(NetworkPath path, bool validated, int largestDatagram)
{
    /// <summary>PATH_CHALLENGE frames answered in one go; a flood of them is not worth a flood of answers.</summary>
    private const int MaxResponses = 4;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8
    //# after receiving packets from an address that is not yet validated, an endpoint
    //# MUST limit the amount of data it sends to the unvalidated address to three times
    //# the amount of data received from that address.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3
    //# An endpoint MAY send data to an unvalidated peer address, but it MUST protect
    //# against potential attacks
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.3
    //# If packets received at the server's preferred address have a different source
    //# address than observed from the client during the handshake, the server MUST
    //# protect against potential attacks
    private const int AmplificationFactor = 3;

    public EcnValidation Ecn = new();

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.2
    //# QUIC implementations that implement any kind of PMTU discovery therefore
    //# SHOULD maintain a maximum datagram size for each combination of local and
    //# remote IP addresses.
    public PathMtu Mtu = new(largestDatagram);
    public Pacer Pacer;
    private Responses _responses;
    private int _responseCount;
    private long _received;
    private long _sent;

    public NetworkPath Path { get; set; } = path;

    public bool IsValidated { get; set; } = validated;

    /// <summary>The peer's connection ID that packets on this path carry.</summary>
    public long RemoteIdSequence { get; set; }

    /// <summary>Our connection ID that the peer's last packet on this path carried.</summary>
    public ConnectionId LocalId { get; set; }

    /// <summary>The validation under way; null when there is none.</summary>
    public PathValidation? Validation { get; set; }

    /// <summary>Whether we move there once it is validated: a client's new address, or the address a server prefers.</summary>
    public bool IsMigrationTarget { get; set; }

    /// <summary>Whether it was in use, and was left.</summary>
    public bool WasInUse { get; set; }

    /// <summary>The controller that was in use when the path was left; null for one never used.</summary>
    public CongestionController? Controller { get; set; }

    /// <summary>The estimate that goes with <see cref="Controller" />.</summary>
    public RttEstimator Rtt { get; set; } = new();

    /// <summary>How many bytes may be sent now.</summary>
    public long Allowance => IsValidated ? long.MaxValue : (_received * AmplificationFactor) - _sent;

    /// <summary>Whether a probing packet is to be sent on this path.</summary>
    public bool HasProbes => _responseCount > 0 || Validation is { ChallengePending: true };

    public void OnReceived(int bytes) => _received += bytes;

    public void OnSent(int bytes) => _sent += bytes;

    public void QueueResponse(ulong data)
    {
        if (_responseCount < MaxResponses) _responses[_responseCount++] = data;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
    //# An endpoint MUST NOT send more than one PATH_RESPONSE frame in response to
    //# one PATH_CHALLENGE frame
    public bool TryTakeResponse(out ulong data)
    {
        data = _responseCount > 0 ? _responses[_responseCount - 1] : 0;
        return _responseCount > 0 && _responseCount-- > 0;
    }

    [InlineArray(MaxResponses)]
    private struct Responses
    {
        private ulong _first;
    }
}
