using BenchmarkDotNet.Attributes;

namespace HyperGen.Benchmarks.Quic;

/// <summary>
/// What the transport does for each packet of a download, crypto included: what sealing and opening 1,350 bytes cost of it is in the benchmarks of TLS. Each
/// measurement is one of a few hundred packets, so there are many of them.
/// </summary>
[MemoryDiagnoser]
[InvocationCount(1, 1)]
[WarmupCount(30)]
[IterationCount(100)]
public class PacketBenchmarks
{
    private readonly TransferWorkload _transfer = new();

    [IterationSetup(Target = nameof(BuildPacket))]
    public void PrepareBuild() => _transfer.PrepareBuild();

    [Benchmark(OperationsPerInvoke = TransferWorkload.Packets)]
    public void BuildPacket() => Require(_transfer.Build());

    [IterationSetup(Target = nameof(ProcessPacket))]
    public void PrepareProcess()
    {
        _transfer.PrepareBuild();
        Require(_transfer.Build());
    }

    [Benchmark(OperationsPerInvoke = TransferWorkload.Packets)]
    public void ProcessPacket() => _transfer.Process();

    [IterationSetup(Target = nameof(ProcessAcknowledgment))]
    public void PrepareAcknowledge()
    {
        PrepareProcess();
        _transfer.PrepareAcknowledge(2);
    }

    /// <summary>An acknowledgment comes with every second packet.</summary>
    [Benchmark(OperationsPerInvoke = TransferWorkload.Packets / 2)]
    public void ProcessAcknowledgment() => _transfer.Acknowledge();

    [IterationSetup(Target = nameof(ProcessAcknowledgmentOfSixteen))]
    public void PrepareAcknowledgeSixteen()
    {
        PrepareProcess();
        _transfer.PrepareAcknowledge(16);
    }

    /// <summary>Or with every batch that the peer read at once.</summary>
    [Benchmark(OperationsPerInvoke = TransferWorkload.Packets / 16)]
    public void ProcessAcknowledgmentOfSixteen() => _transfer.Acknowledge();

    private static void Require(int built)
    {
        if (built != TransferWorkload.Packets)
        {
            throw new InvalidOperationException($"The window had room for {built} packets only.");
        }
    }
}

/// <summary>A whole connection without a request: handshake and end, both sides.</summary>
[MemoryDiagnoser]
public class HandshakeBenchmarks
{
    private readonly QuicHandshakeWorkload _handshakes = new();

    [Benchmark]
    public void FullHandshake() => _handshakes.Run();
}
