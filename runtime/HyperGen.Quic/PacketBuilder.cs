using HyperGen.Quic.Frames;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>A packet being filled with frames, in place in the caller's send buffer, and what has to be remembered of it.</summary>
internal ref struct PacketBuilder(Span<byte> payload, SentFrames arena)
{
    private const int LeastPart = 512;

    private readonly SentFrames _arena = arena;

    /// <summary>Writes into the payload; its room excludes the AEAD tag.</summary>
    public WireWriter Writer = new(payload);

    /// <summary>The list of what an acknowledgment or a loss of this packet concerns.</summary>
    public int Frames = SentFrames.End;

    public bool AckEliciting;

    /// <summary>What belongs into the payload at <see cref="PartOffset" /> and is sealed from where it lies; empty when there is nothing of the kind.</summary>
    public ReadOnlySpan<byte> Part;

    public int PartOffset;

    /// <summary>Whether frames wanted to go in and found no room: the datagram is worth filling up to a full segment.</summary>
    public bool IsFull;

    public readonly int Remaining => Writer.Remaining;

    public readonly bool IsEmpty => Writer.Position == 0;

    /// <summary>Remembers a frame that asks for an acknowledgment.</summary>
    public void Record(in SentFrame frame)
    {
        AckEliciting = true;
        _arena.Add(ref Frames, frame);
    }

    /// <summary>Remembers an ACK frame, which alone asks for none.</summary>
    public void RecordAck(PacketNumber largest) => _arena.Add(ref Frames, new() { Type = FrameType.Ack, Value = largest.Value });

    /// <summary>
    /// Makes bytes part of the packet without copying them: they must not change before it is sealed. There is one such part in a packet, and a short one would cost
    /// more in calls of the cipher than it saves.
    /// </summary>
    public bool TryRefer(ReadOnlySpan<byte> bytes)
    {
        if (!Part.IsEmpty || bytes.Length < LeastPart) return false;
        Part = bytes;
        PartOffset = Writer.Position;
        Writer.Advance(bytes.Length);
        return true;
    }

    /// <summary>Whether <paramref name="length" /> bytes have room; notes that the packet is full when they have none.</summary>
    public bool HasRoom(int length)
    {
        if (Remaining >= length) return true;
        IsFull = true;
        return false;
    }

    /// <summary>Writes a frame made of a type and one integer, if there is room.</summary>
    public bool TryWrite(in ValueFrame frame)
    {
        if (!HasRoom(ValueFrame.MaxLength)) return false;
        frame.Write(ref Writer);
        Record(new() { Type = frame.Type, Value = frame.Value });
        return true;
    }
}
