using HyperGen.Quic.Frames;
using HyperGen.Quic.Streams;

namespace HyperGen.Quic.Spaces;

/// <summary>The handshake bytes of one level: a stream without flow control, so what may be ahead of TLS is bounded here (RFC 9000 section 7.5).</summary>
internal sealed class CryptoStream
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.5
    //# Implementations MUST support buffering at least 4096 bytes of data
    //# received in out-of-order CRYPTO frames.

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4
    //= type=exception
    //= reason=our TLS takes every byte at once and bounds its messages itself, so that there is no second layer of buffers whose limit the first had to know
    //# QUIC implementations SHOULD provide an interface for the cryptographic
    //# protocol implementation to communicate its buffering limits.

    /// <summary>How far frames may run ahead of what TLS took: several times the longest ClientHello in use.</summary>
    public const int MaxAhead = 64 << 10;

    private SendBuffer _send;

    /// <summary>What came, for TLS to take.</summary>
    public ReceiveBuffer Incoming;

    public CryptoStream(PagePool pages)
    {
        _send.Open(pages);
        Incoming.Open(pages);
    }

    public bool HasPending => _send.HasLost || _send.HasUnsent;

    public void Append(ReadOnlyMemory<byte> bytes) => _send.AppendImmutable(bytes);

    public TransportError OnFrame(in CryptoFrame frame)
    {
        if (frame.Offset + frame.Data.Length - Incoming.ReadOffset > MaxAhead)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-7.5
            //# If an endpoint does not expand its buffer, it MUST close the connection with
            //# a CRYPTO_BUFFER_EXCEEDED error code.
            return TransportError.Of(TransportErrorCode.CryptoBufferExceeded, FrameType.Crypto, "Handshake data is too far ahead.");
        }

        return Incoming.TryInsert(frame.Offset, frame.Data)
            ? TransportError.None
            : TransportError.Of(TransportErrorCode.CryptoBufferExceeded, FrameType.Crypto, "Handshake data has too many holes.");
    }

    public void Write(ref PacketBuilder builder)
    {
        while (HasPending)
        {
            var (offset, available) = _send.HasLost ? (_send.FirstLost.Start, _send.FirstLost.Length) : (_send.SentOffset, _send.WrittenOffset - _send.SentOffset);
            var room = builder.Remaining - CryptoFrame.HeaderLength(offset, builder.Remaining);
            if (room < 1)
            {
                builder.IsFull = true;
                return;
            }

            var length = (int)Math.Min(room, available);
            CryptoFrame.WriteHeader(ref builder.Writer, offset, length);
            _send.CopyTo(offset, builder.Writer.Free[..length]);
            builder.Writer.Advance(length);
            builder.Record(new() { Type = FrameType.Crypto, Value = offset, Length = length });
            _send.OnSent(offset, length);
        }
    }

    public void OnAcked(long offset, int length) => _send.OnAcked(offset, length);

    public void OnLost(long offset, int length) => _send.OnLost(offset, length);

    public void Reset()
    {
        _send.Reset();
        Incoming.Reset();
    }
}
