using HyperGen.Quic.Datagrams;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic;

/// <summary>Unreliable datagrams (RFC 9221): sent once, subject to congestion control and to no flow control; the application hears what became of each.</summary>
internal sealed partial class Connection
{
    private const int PacketNumberMaxLength = 4;

    private DatagramQueue? _datagramsToSend;
    private DatagramQueue? _datagramsReceived;
    private long _nextDatagram;
    private bool _isDatagramsTurn;

    private bool HasDatagrams => _datagramsToSend is { Count: > 0 };

    /// <summary>The longest datagram that can be sent now; 0 when the peer takes none. It changes with the path.</summary>
    public int MaxDatagramLength
    {
        get
        {
            if (State != ConnectionState.Established || _remote is not { MaxDatagramFrameSize: > 0 } remote) return 0;
            var frame = DatagramSize - (1 + _remoteIds.Current.Length + PacketNumberMaxLength + Aead.TagLength);
            frame = (int)Math.Min(frame, remote.MaxDatagramFrameSize);
            return Math.Clamp(frame - DatagramFrame.Length(0) - 1, 0, DatagramQueue.MaxLength);
        }
    }

    /// <summary>
    /// Sends a datagram: once, and soon. <see cref="ConnectionEventKind.DatagramAcked" /> or <see cref="ConnectionEventKind.DatagramLost" /> follows.
    /// </summary>
    /// <param name="data">At most <see cref="MaxDatagramLength" /> bytes, which are copied.</param>
    /// <param name="id">The number by which the event names it.</param>
    /// <returns>Whether it was taken: not when it is too long, or 64 wait because the path is congested.</returns>
    public bool TrySendDatagram(ReadOnlySpan<byte> data, out long id)
    {
        id = _nextDatagram;
        if (MaxDatagramLength is var longest && (longest == 0 || data.Length > longest)) return false;
        _datagramsToSend ??= new(_endpoint.Pages);
        if (!_datagramsToSend.TryAdd(id, data)) return false;
        _nextDatagram++;
        return true;
    }

    /// <summary>Takes the oldest datagram that arrived; false when there is none, or when it does not fit: its length then says how much it needs.</summary>
    public bool TryReceiveDatagram(Span<byte> destination, out int length)
    {
        length = 0;
        if (_datagramsReceived is not { Count: > 0 } received) return false;
        length = received.Head.Length;
        if (length > destination.Length) return false;
        received.Head.CopyTo(destination);
        received.RemoveHead();
        return true;
    }

    private TransportError HandleDatagramFrame(FrameType type, ref WireReader reader)
    {
        var error = DatagramFrame.TryRead(ref reader, type, out var frame);
        if (error.IsError) return error;

        //= https://www.rfc-editor.org/rfc/rfc9221#section-3
        //# an endpoint that
        //# receives a DATAGRAM frame that is larger than the value it sent in its
        //# max_datagram_frame_size transport parameter MUST terminate the connection with
        //# an error of type PROTOCOL_VIOLATION.
        if (frame.FrameLength > _local.MaxDatagramFrameSize) return TransportError.Of(TransportErrorCode.ProtocolViolation, type, "The datagram is too long.");
        _datagramsReceived ??= new(_endpoint.Pages);
        var wasEmpty = _datagramsReceived.Count == 0;

        // RFC 9221 section 5.3: a receiver may drop what it has no room for, after acknowledging its packet.
        if (!_endpoint.Pages.HasRoomFor(frame.Data.Length) || !_datagramsReceived.TryAdd(0, frame.Data)) Statistics.DatagramsDropped++;
        else if (wasEmpty) _events.Add(ConnectionEventKind.DatagramReceived);
        return TransportError.None;
    }

    /// <summary>Puts datagrams and stream data into a packet; they take turns in going first, so that neither starves the other.</summary>
    private void WriteDatagramsAndData(ref PacketBuilder builder)
    {
        _isDatagramsTurn = !_isDatagramsTurn && HasDatagrams;
        if (_isDatagramsTurn) WriteDatagrams(ref builder);
        _streams.WriteData(ref builder);
        if (!_isDatagramsTurn && HasDatagrams) WriteDatagrams(ref builder);
    }

    private void WriteDatagrams(ref PacketBuilder builder)
    {
        while (HasDatagrams)
        {
            var queue = _datagramsToSend!;
            if (queue.Head.Length > MaxDatagramLength)
            {
                // The path shrank since it was taken.
                _events.Add(ConnectionEventKind.DatagramLost, null, queue.HeadId);
                queue.RemoveHead();
                continue;
            }

            if (!builder.HasRoom(DatagramFrame.Length(queue.Head.Length))) return;
            DatagramFrame.Write(ref builder.Writer, queue.Head);
            builder.Record(new() { Type = FrameType.Datagram, Value = queue.HeadId });
            queue.RemoveHead();
        }
    }

    private void OnDatagramsSettled(int frames, ConnectionEventKind kind)
    {
        for (var i = frames; i != SentFrames.End; i = _sentFrames[i].Next)
        {
            if (_sentFrames[i].Type == FrameType.Datagram) _events.Add(kind, null, _sentFrames[i].Value);
        }
    }

    private void DropDatagrams()
    {
        _datagramsToSend?.Clear();
        _datagramsReceived?.Clear();
    }
}
