namespace HyperGen.Quic.Tests.Hostile;

/// <summary>What an endpoint is tried with. <see cref="ThreatTests" /> sees that there is a test for each.</summary>
public enum Threat
{
    // First packets, from anybody.
    ShortInitial,
    Amplification,
    BadToken,
    SpoofedInitials,
    CoalescedForOthers,
    VersionNegotiationFromAClient,
    EmptyDatagrams,
    ConnectionIdHashFlood,
    CrowdedSource,

    // The handshake.
    CryptoHoles,
    ShuffledCrypto,
    MissingProtocol,
    MissingParameters,
    ParametersOfServers,
    HandshakeDoneFromAClient,
    EarlyDataReplay,
    Grease,

    // Keys and resets.
    ForgedPackets,
    KeyPhaseGarbage,
    DoubleKeyUpdate,
    StatelessResets,

    // Acknowledgments.
    AcknowledgmentOfWhatWasNotSent,
    AcknowledgmentRanges,
    WithheldAcknowledgments,
    WithheldWindows,

    // Streams.
    StreamLimit,
    StreamChurn,
    Fragments,
    WindowOverrun,
    FinalSizeChange,
    OtherForbiddenFrames,

    // Connection IDs and paths.
    ConnectionIdChurn,
    DuplicateConnectionId,
    Retirement,
    PathChallenges,
    SpoofedMigration,
    LateChallenge,
    MtuSignals,
}
