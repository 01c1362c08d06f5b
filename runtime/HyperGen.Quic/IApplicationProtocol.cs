namespace HyperGen.Quic;

/// <summary>The protocol that runs over one connection, as the connection's owner sees it. It belongs to the connection's thread.</summary>
internal interface IApplicationProtocol
{
    /// <summary>Whether there is work under way that deserves a moment's patience when the endpoint is to stop.</summary>
    bool IsBusy { get; }

    /// <summary>Acts on an event of the connection: each is handed over, but for the questions of the handshake.</summary>
    void Handle(Timestamp now, in ConnectionEvent next);

    /// <summary>Takes no new work, and closes the connection when what is under way is done.</summary>
    void Shutdown(Timestamp now);
}
