using System.Buffers.Binary;
using HyperGen.Tls.Crypto;
using HyperGen.Transport.Interop;

namespace HyperGen.Transport.Shards;

/// <summary>
/// The function of a connection ID that names the shard of its connection, for us and for the kernel. A client that changes its address goes on
/// with the same shard, because addresses play no part.
/// </summary>
/// <remarks>
/// It is the first four bytes modulo the number of shards. The core draws its connection IDs until this gives its own shard. Clients choose the
/// first one themselves, so any shard may see it, but always the same one.
/// </remarks>
internal static class Steering
{
    /// <summary>The shortest connection ID that is steered; clients' first ones have at least 8 bytes (RFC 9000 section 7.2).</summary>
    public const int MinIdLength = 4;

    /// <summary>The shard of a connection ID.</summary>
    public static int ShardOf(ReadOnlySpan<byte> connectionId, int shards) =>
        connectionId.Length < MinIdLength ? 0 : (int)(BinaryPrimitives.ReadUInt32BigEndian(connectionId) % (uint)shards);

    /// <summary>Draws a connection ID that leads to a shard.</summary>
    public static void Draw(Span<byte> connectionId, int shard, int shards, RandomSource random)
    {
        do
        {
            random(connectionId);
        }
        while (ShardOf(connectionId, shards) != shard);
    }

    /// <summary>The same function in classic BPF over the payload of a datagram. Datagrams too short to have an ID end at shard 0.</summary>
    public static SocketFilter[] Program(int shards) =>
    [
        // A = the first byte; long headers (high bit set) have version and length in front of the ID.
        new(LoadByteAbsolute, 0, 0, 0),
        new(JumpIfSet, 0, 2, 0x80),
        new(LoadWordAbsolute, 0, 0, 6),
        new(Jump, 0, 0, 1),
        new(LoadWordAbsolute, 0, 0, 1),
        new(ModuloConstant, 0, 0, (uint)shards),
        new(ReturnA, 0, 0, 0),
    ];

    private const ushort LoadWordAbsolute = 0x20;
    private const ushort LoadByteAbsolute = 0x30;
    private const ushort JumpIfSet = 0x45;
    private const ushort Jump = 0x05;
    private const ushort ModuloConstant = 0x94;
    private const ushort ReturnA = 0x16;
}
