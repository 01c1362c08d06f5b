using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>What a client knows of a server from earlier connections, for the next one to begin better.</summary>
internal sealed record ClientStart
{
    /// <summary>Nothing is known.</summary>
    public static ClientStart Fresh { get; } = new();

    //= https://www.rfc-editor.org/rfc/rfc9368#section-2.4
    //# Without additional information, this could mean selecting the oldest version
    //# that the client supports while advertising newer compatible versions in the
    //# client's first flight.

    /// <summary>The version of the first packets; default version 1, from which the server may take both of us to version 2 without a round trip.</summary>
    public QuicVersion Version { get; init; } = QuicVersion.V1;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //# When connecting to a
    //# server for which the client retains an applicable and unused token, it
    //# SHOULD include that token in the Token field of its Initial packet.

    /// <summary>
    /// A token that the server gave in a connection of the same version (<see cref="Connection.TryTakeToken" />), which proves our address at once. It is
    /// used for one connection only, so that nobody can link two. Empty, the default, for none.
    /// </summary>
    public ReadOnlyMemory<byte> Token { get; init; }

    /// <summary>
    /// The transport parameters of the session that the handshake resumes with early data (<see cref="Tls.ClientSession.TransportParameters" />), whose limits
    /// hold until the server states new ones. Empty, the default, for no early data.
    /// </summary>
    public ReadOnlyMemory<byte> RememberedParameters { get; init; }
}
