namespace HyperGen.Quic;

/// <summary>An IP address and UDP port as plain values: comparable, hashable and free of allocations, unlike an <c>EndPoint</c>.</summary>
/// <param name="Address">The IPv6 address in host order of its 128 bits; an IPv4 address in its mapped form (::ffff:a.b.c.d).</param>
/// <param name="Port">The UDP port.</param>
/// <param name="Scope">The scope (interface) of a link-local IPv6 address, otherwise 0.</param>
internal readonly record struct NetworkAddress(UInt128 Address, ushort Port, uint Scope = 0)
{
    private static readonly UInt128 MappedPrefix = new(0, 0xFFFF_0000_0000);

    /// <summary>An IPv4 address given as its 32 bits in host order.</summary>
    public static NetworkAddress FromIPv4(uint address, ushort port) => new(MappedPrefix | address, port);

    /// <summary>Whether this is an IPv4 address in its mapped form.</summary>
    public bool IsIPv4 => Address >> 32 == MappedPrefix >> 32;
}
