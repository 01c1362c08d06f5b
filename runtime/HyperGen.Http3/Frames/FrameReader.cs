namespace HyperGen.Http3.Frames;

/// <summary>Takes a stream of bytes apart into frame headers and payloads (RFC 9114 section 7.1), wherever the pieces end.</summary>
internal struct FrameReader
{
    private VarInt _integer;
    private bool _hasType;

    /// <summary>The type of the frame whose payload is being read.</summary>
    public FrameType Type { get; private set; }

    /// <summary>How much of its payload is still to come.</summary>
    public ulong Remaining { get; private set; }

    /// <summary>Whether a frame's header has been read and its payload has not ended.</summary>
    public bool IsInPayload { get; private set; }

    /// <summary>Whether the stream may end here: not inside a frame.</summary>
    public readonly bool IsAtBoundary => !IsInPayload && !_hasType && !_integer.IsPartial;

    /// <summary>Takes a frame header off the front of the source; false when it is not complete yet.</summary>
    public bool TryReadHeader(ref ReadOnlySpan<byte> source)
    {
        if (!_hasType)
        {
            if (!_integer.TryRead(ref source, out ulong type))
            {
                return false;
            }
            Type = (FrameType)type;
            _hasType = true;
        }
        if (!_integer.TryRead(ref source, out ulong length))
        {
            return false;
        }
        _hasType = false;
        Remaining = length;
        IsInPayload = true;
        return true;
    }

    /// <summary>The part of the payload at the front of the source; <see cref="Consume"/> takes it off.</summary>
    public readonly ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> source) =>
        Remaining < (ulong)source.Length ? source[..(int)Remaining] : source;

    /// <summary>Takes payload bytes off the front of the source, and leaves the payload behind when it has ended.</summary>
    public void Consume(ref ReadOnlySpan<byte> source, int count)
    {
        source = source[count..];
        Remaining -= (ulong)count;
        IsInPayload = Remaining > 0;
    }
}
