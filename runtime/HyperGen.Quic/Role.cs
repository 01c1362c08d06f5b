namespace HyperGen.Quic;

/// <summary>Which end of the connection this is.</summary>
internal enum Role : byte
{
    /// <summary>The end that sent the first Initial packet.</summary>
    Client,

    /// <summary>The end that answered it.</summary>
    Server,
}
