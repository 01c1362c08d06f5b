using HyperGen.Quic;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Testing;

/// <summary>Initial packets, which everybody on the path can read who saw the client's first one.</summary>
internal static class InitialPackets
{
    /// <summary>The first packet of a datagram, if it is an Initial packet: its number, and what its frames are.</summary>
    /// <param name="datagram">The datagram, which is left as it is.</param>
    /// <param name="keysId">The connection ID that the keys are made of.</param>
    /// <param name="fromServer">Who sent it.</param>
    /// <param name="packet">What it holds.</param>
    public static bool TryOpen(ReadOnlySpan<byte> datagram, ConnectionId keysId, bool fromServer, out Opened packet)
    {
        packet = default;
        var bytes = datagram.ToArray();
        if (!PacketHeader.TryRead(bytes, 8, out var header) || header.Type != PacketType.Initial) return false;
        var (client, server) = InitialSecrets.Derive(CryptoProvider.Default, header.Version!, keysId.Span);
        using var keys = fromServer ? server : client;
        (fromServer ? client : server).Dispose();
        if (!keys.Header.TryUnprotect(bytes.AsSpan(0, header.End), header.PacketNumberOffset, out var number, out var length)) return false;
        var payload = bytes.AsSpan((header.PacketNumberOffset + length)..header.End);
        if (!keys.Packet.TryOpen(new(number), bytes.AsSpan(0, header.PacketNumberOffset + length), payload, payload)) return false;
        var reader = new WireReader(payload[..^Aead.TagLength]);
        var crypto = new SortedDictionary<long, byte[]>();
        var asks = false;
        while (reader.TryReadVarInt(out var value))
        {
            var type = (FrameType)value;
            asks |= FrameTypes.IsAckEliciting(type);
            if (type == FrameType.Padding) reader.SkipAll(0);
            else if (type is FrameType.Ack or FrameType.AckEcn) AckFrame.TryRead(ref reader, type, out _);
            else if (type == FrameType.ConnectionClose) ConnectionCloseFrame.TryRead(ref reader, type, out _);
            else if (type == FrameType.Crypto && !CryptoFrame.TryRead(ref reader, out var frame).IsError) crypto[frame.Offset] = frame.Data.ToArray();
        }

        packet = new(number, asks, header.Token.Length, new(header.DestinationId), new(header.SourceId), crypto);
        return true;
    }

    /// <summary>What an Initial packet holds.</summary>
    /// <param name="Number">Its packet number.</param>
    /// <param name="IsAckEliciting">Whether it asks for an acknowledgment.</param>
    /// <param name="TokenLength">The length of its token.</param>
    /// <param name="DestinationId">Its Destination Connection ID.</param>
    /// <param name="SourceId">Its Source Connection ID.</param>
    /// <param name="Crypto">Parts of the handshake by their offsets.</param>
    internal readonly record struct Opened(
        uint Number, bool IsAckEliciting, int TokenLength, ConnectionId DestinationId, ConnectionId SourceId, SortedDictionary<long, byte[]> Crypto);
}
