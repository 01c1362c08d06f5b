using HyperGen.Http3;

namespace HyperGen.Load;

/// <summary>A connection of the load, and how far it has come.</summary>
internal sealed class LoadConnection(Http3Connection http)
{
    public Http3Connection Http { get; } = http;

    /// <summary>Whether the handshake is over.</summary>
    public bool IsReady { get; set; }

    /// <summary>Whether we have closed it.</summary>
    public bool IsDone { get; set; }

    /// <summary>Requests begun on it.</summary>
    public int Begun { get; set; }
}
