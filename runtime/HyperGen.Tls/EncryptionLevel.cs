namespace HyperGen.Tls;

/// <summary>The levels of RFC 9001, section 4.1.4. Handshake bytes travel in all but <see cref="EarlyData"/>.</summary>
internal enum EncryptionLevel : byte
{
    /// <summary>Initial packets, whose keys anyone can derive.</summary>
    Initial,

    /// <summary>0-RTT packets.</summary>
    EarlyData,

    /// <summary>Handshake packets.</summary>
    Handshake,

    /// <summary>1-RTT packets.</summary>
    OneRtt,
}
