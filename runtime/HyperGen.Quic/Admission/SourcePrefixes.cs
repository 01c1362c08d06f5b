using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HyperGen.Quic.Admission;

/// <summary>
/// How much of an endpoint each source takes. A source is an IPv4 address or the 64 leading bits of an IPv6 address, all of which one client can have.
/// </summary>
internal sealed class SourcePrefixes(KeyedHash hash)
{
    private readonly Dictionary<UInt128, Use> _uses = new(new Comparer(hash));

    /// <summary>What one source has.</summary>
    /// <param name="Connections">Connections, those in their handshake included.</param>
    /// <param name="Handshakes">Of these, how many are in their handshake.</param>
    public readonly record struct Use(int Connections, int Handshakes);

    /// <summary>Sources that have anything: zero once every connection is gone.</summary>
    public int Count => _uses.Count;

    /// <summary>The source of an address.</summary>
    public static UInt128 Of(in NetworkAddress address) => address.IsIPv4 ? address.Address : address.Address >> 64 << 64;

    /// <summary>What a source has now.</summary>
    public Use this[UInt128 prefix] => _uses.GetValueOrDefault(prefix);

    /// <summary>A connection begins, or what it has changes.</summary>
    public void Change(UInt128 prefix, int connections, int handshakes)
    {
        ref var use = ref CollectionsMarshal.GetValueRefOrAddDefault(_uses, prefix, out _);
        use = new(use.Connections + connections, use.Handshakes + handshakes);
        if (use.Connections == 0) _uses.Remove(prefix);
    }

    private sealed class Comparer(KeyedHash hash) : IEqualityComparer<UInt128>
    {
        public bool Equals(UInt128 x, UInt128 y) => x == y;

        public int GetHashCode(UInt128 obj)
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128LittleEndian(bytes, obj);
            return hash.Of(bytes);
        }
    }
}
