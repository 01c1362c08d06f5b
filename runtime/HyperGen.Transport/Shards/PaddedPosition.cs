using System.Runtime.InteropServices;

namespace HyperGen.Transport.Shards;

/// <summary>A counter alone on its cache lines, so that producers and the consumer do not slow each other down.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedPosition
{
    [FieldOffset(128)]
    public long Value;
}
