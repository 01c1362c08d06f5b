using BenchmarkDotNet.Attributes;

namespace HyperGen.Benchmarks.Tls;

/// <summary>What a packet costs beside the bare calls of libcrypto, and what a full handshake does.</summary>
[MemoryDiagnoser]
public class TlsBenchmarks
{
    private readonly PacketWorkload _packets = new();
    private readonly HandshakeWorkload _handshakes = new();

    [Benchmark]
    public void Seal() => _packets.Seal();

    [Benchmark]
    public void SealBare() => _packets.SealBare();

    [Benchmark]
    public void Open() => _packets.Open();

    [Benchmark]
    public void OpenBare() => _packets.OpenBare();

    [Benchmark]
    public void FullHandshake() => _handshakes.Run();

    [GlobalCleanup]
    public void Clean() => _packets.Dispose();
}
