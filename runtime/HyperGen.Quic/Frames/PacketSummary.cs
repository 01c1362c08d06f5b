namespace HyperGen.Quic.Frames;

/// <summary>What the frames of one packet amount to.</summary>
/// <param name="IsAckEliciting">Whether it asks for an acknowledgment.</param>
/// <param name="IsProbing">Whether it holds nothing but probing frames and so does not move the connection to its path (RFC 9000 section 9.1).</param>
internal readonly record struct PacketSummary(bool IsAckEliciting, bool IsProbing);
