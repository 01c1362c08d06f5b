using System.Buffers.Binary;

namespace HyperGen.Tls.Messages;

/// <summary>A list of numbers as it is on the wire: cipher suites, groups, versions, signature algorithms.</summary>
internal readonly ref struct UInt16List(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Count => _bytes.Length / 2;

    public ushort this[int index] => BinaryPrimitives.ReadUInt16BigEndian(_bytes[(2 * index)..]);

    /// <summary>Whether bytes are such a list: an even number, and not none.</summary>
    public static bool IsValid(ReadOnlySpan<byte> bytes) => bytes.Length >= 2 && bytes.Length % 2 == 0;

    public bool Contains(ushort value)
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i] == value)
            {
                return true;
            }
        }

        return false;
    }
}
