namespace HyperGen.Quic;

/// <summary>The protocol that runs over one connection, as the connection's owner sees it. It belongs to the connection's thread.</summary>
internal interface IApplicationProtocol
{
    /// <summary>Whether there is work under way, or its outcome on its way, that deserves a moment's patience when the endpoint is to stop.</summary>
    bool IsBusy { get; }

    /// <summary>Acts on an event of the connection: each is handed over, but for the questions of the handshake.</summary>
    void Handle(Timestamp now, in ConnectionEvent next);

    /// <summary>Takes no new work. The owner closes the connection once it is not busy any more.</summary>
    void Shutdown(Timestamp now);
}
