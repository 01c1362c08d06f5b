using System.Diagnostics.CodeAnalysis;

namespace HyperGen.Quic;

/// <summary>
/// The stateless reset tokens that peers gave an endpoint's connections: a reset carries no connection ID of ours, so its token alone tells whose it is.
/// </summary>
internal sealed class ResetTokens(ConnectionIdComparer comparer)
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.1
    //# When comparing a datagram to stateless reset token values, endpoints
    //# MUST perform the comparison without leaking information about the
    //# value of the token.
    //
    // What is looked up is a keyed hash of the token: nobody without the key can come near one by degrees.
    private readonly Dictionary<ConnectionId, Connection> _connections = new(comparer);

    public int Count => _connections.Count;

    /// <summary>A connection ID with this token may be used from now on.</summary>
    public void Add(StatelessResetToken token, Connection connection) => _connections[Key(token)] = connection;

    /// <summary>The connection ID with this token is not used any more.</summary>
    public void Remove(StatelessResetToken token, Connection connection)
    {
        // A server that gave two connections the same token loses one of its resets, and nothing else.
        var key = Key(token);
        if (_connections.TryGetValue(key, out var owner) && owner == connection) _connections.Remove(key);
    }

    /// <summary>The connection that a datagram, which belongs to none by its connection ID, says to be forgotten.</summary>
    public bool TryFind(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out Connection? connection)
    {
        connection = null;
        return datagram.Length >= StatelessReset.MinimumLength && _connections.TryGetValue(new(datagram[^StatelessResetToken.Length..]), out connection);
    }

    private static ConnectionId Key(StatelessResetToken token)
    {
        Span<byte> bytes = stackalloc byte[StatelessResetToken.Length];
        token.CopyTo(bytes);
        return new(bytes);
    }
}
