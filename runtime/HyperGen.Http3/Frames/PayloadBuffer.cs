using System.Buffers;

namespace HyperGen.Http3.Frames;

/// <summary>Hands out the payload of a frame in one piece: from the source where it is whole, else gathered in a rented buffer.</summary>
/// <remarks>Whoever calls it has checked the length of the payload first: that is the bound of the buffer.</remarks>
internal struct PayloadBuffer
{
    private byte[]? _bytes;
    private int _length;

    /// <summary>Takes the rest of a payload off the source; false when it goes on beyond the source.</summary>
    /// <param name="frames">The reader, inside the payload.</param>
    /// <param name="source">What was received.</param>
    /// <param name="payload">The whole payload, valid until the next call.</param>
    public bool TryCollect(ref FrameReader frames, ref ReadOnlySpan<byte> source, out ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> piece = frames.Payload(source);
        bool isLast = (ulong)piece.Length == frames.Remaining;
        if (isLast && _length == 0)
        {
            payload = piece;
            frames.Consume(ref source, piece.Length);
            return true;
        }
        _bytes ??= ArrayPool<byte>.Shared.Rent((int)frames.Remaining);
        piece.CopyTo(_bytes.AsSpan(_length));
        _length += piece.Length;
        frames.Consume(ref source, piece.Length);
        payload = isLast ? _bytes.AsSpan(0, _length) : default;
        return isLast;
    }

    /// <summary>Gives the rented buffer back, once the payload has been used or the stream has ended.</summary>
    public void Release()
    {
        if (_bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = null;
        }
        _length = 0;
    }
}
