namespace HyperGen.Quic.Paths;

/// <summary>What we know of the path in use: whether the peer is there, and until then how little we may send (RFC 9000 sections 8.1 and 8.2).</summary>
internal struct PathState(NetworkPath path, bool validated)
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8
    //# after receiving packets from an address that is not yet validated, an endpoint
    //# MUST limit the amount of data it sends to the unvalidated address to three times
    //# the amount of data received from that address.
    private const int AmplificationFactor = 3;

    private long _received;
    private long _sent;

    public NetworkPath Path { get; } = path;

    public bool IsValidated { get; set; } = validated;

    /// <summary>The data of the PATH_CHALLENGE that was sent on this path; meaningful while <see cref="ChallengeOutstanding" />.</summary>
    public ulong Challenge { get; set; }

    public bool ChallengeOutstanding { get; set; }

    public bool ChallengePending { get; set; }

    /// <summary>How many bytes may be sent now.</summary>
    public readonly long Allowance => IsValidated ? long.MaxValue : (_received * AmplificationFactor) - _sent;

    public void OnReceived(int bytes) => _received += bytes;

    public void OnSent(int bytes) => _sent += bytes;
}
