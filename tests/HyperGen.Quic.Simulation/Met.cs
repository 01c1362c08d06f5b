namespace HyperGen.Quic.Simulation;

/// <summary>What a run can meet. A suite in which one of these never happened has not tested it, and fails.</summary>
[Flags]
internal enum Met
{
    None = 0,
    Loss = 1 << 0,
    BurstLoss = 1 << 1,
    Corruption = 1 << 2,
    Duplication = 1 << 3,
    Reordering = 1 << 4,
    QueueOverflow = 1 << 5,
    ProbeTimeout = 1 << 6,
    PersistentCongestion = 1 << 7,
    BlackHole = 1 << 8,
    SmallerMtu = 1 << 9,
    Migration = 1 << 10,
    KeyUpdate = 1 << 11,
    AbortedStream = 1 << 12,
    SlowReader = 1 << 13,
    StatelessReset = 1 << 14,
    Retry = 1 << 15,
    EarlyDataAccepted = 1 << 16,
    EarlyDataRejected = 1 << 17,
    Version2 = 1 << 18,
    CongestionMark = 1 << 19,
    ActiveMigration = 1 << 20,
    PreferredAddress = 1 << 21,
    Datagram = 1 << 22,
}
