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
}
