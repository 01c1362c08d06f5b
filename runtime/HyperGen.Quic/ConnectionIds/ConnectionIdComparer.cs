using HyperGen.Quic.Admission;

namespace HyperGen.Quic;

/// <summary>Compares connection IDs, which clients choose, under a keyed hash.</summary>
/// <param name="hash">The endpoint's.</param>
internal sealed class ConnectionIdComparer(KeyedHash hash) : IEqualityComparer<ConnectionId>
{
    public bool Equals(ConnectionId x, ConnectionId y) => x.Equals(y);

    public int GetHashCode(ConnectionId obj) => hash.Of(obj.Span);
}
