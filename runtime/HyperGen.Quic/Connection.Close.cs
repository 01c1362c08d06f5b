using HyperGen.Quic.Frames;

namespace HyperGen.Quic;

/// <summary>How a connection ends: RFC 9000 section 10.</summary>
internal sealed partial class Connection
{
    /// <summary>How many bytes may be sent for each that comes in: whether what comes is a packet of the peer's is not looked into any more.</summary>
    private const int CloseAmplification = 3;

    private long _closeFrameType;
    private int _datagramsWhileClosing;
    private int _nextAnswerAt;
    private long _closeAllowance;
    private int _closeLength;
    private bool _closePending;

    private void Close(Timestamp now, in TransportError error) => CloseLocally(now, application: false, (long)error.Code, error.FrameType, error.Reason!);

    private void CloseLocally(Timestamp now, bool application, long code, long frameType, string reason)
    {
        if (State is not (ConnectionState.Handshaking or ConnectionState.Established)) return;
        CloseReason = new(application ? CloseKind.ByApplication : CloseKind.ByTransport, code, reason);
        _closeFrameType = frameType;
        _closePending = true;
        _nextAnswerAt = 1;
        StartEnding(now, ConnectionState.Closing);
    }

    private void StartDraining(Timestamp now, in CloseReason reason)
    {
        if (State is not (ConnectionState.Handshaking or ConnectionState.Established)) return;
        CloseReason = reason;
        StartEnding(now, ConnectionState.Draining);
    }

    /// <summary>Ends a connection whose first datagram was none.</summary>
    internal void Abandon(Timestamp now) => End(now, new(CloseKind.TimedOut));

    /// <summary>Ends without a word to the peer and without waiting for it.</summary>
    private void End(Timestamp now, in CloseReason reason)
    {
        StartDraining(now, reason);
        Drain();
    }

    private void StartEnding(Timestamp now, ConnectionState state)
    {
        if (State == ConnectionState.Handshaking) _endpoint.OnHandshakeDone(this);
        State = state;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2
        //# These states SHOULD persist for at least three times the current PTO interval
        _closeDeadline = now + (3 * _recovery.PtoPeriod);
        _events.Add(ConnectionEventKind.Closed);
        _qlog?.ConnectionClosed(now, CloseReason);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.1
    //# An endpoint SHOULD limit the rate at which it generates packets in the closing
    //# state.
    private void OnDatagramWhileClosing(int length)
    {
        // The first, second, fourth, eighth… datagram is answered: nobody is amplified and a peer that lost the answer still gets one.
        _closeAllowance += CloseAmplification * length;
        if (++_datagramsWhileClosing < _nextAnswerAt || _closeAllowance < _closeLength) return;
        _closeAllowance -= _closeLength;
        _nextAnswerAt *= 2;
        _closePending = true;
    }

    private bool TakeCloseTurn()
    {
        var pending = _closePending;
        _closePending = false;
        return pending;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
    //# A
    //# CONNECTION_CLOSE of type 0x1d MUST be replaced by a CONNECTION_CLOSE of type
    //# 0x1c when sending the frame in Initial or Handshake packets.
    private void WriteClose(ref PacketBuilder builder, bool inOneRtt)
    {
        var application = CloseReason.Kind == CloseKind.ByApplication;
        if (!builder.HasRoom(32 + ConnectionCloseFrame.MaxReasonLength)) return;
        if (application && !inOneRtt)
        {
            ConnectionCloseFrame.Write(ref builder.Writer, application: false, (long)TransportErrorCode.ApplicationError, 0, null);
        }
        else
        {
            ConnectionCloseFrame.Write(ref builder.Writer, application, CloseReason.ErrorCode, _closeFrameType, CloseReason.Reason);
        }
    }

    /// <summary>Gives back everything: keys, memory, streams, connection IDs.</summary>
    private void Drain()
    {
        if (State == ConnectionState.Drained) return;
        State = ConnectionState.Drained;
        _streams.CloseAll();
        DropDatagrams();
        foreach (var space in _spaces) space.Discard();
        DisposeSwitchedKeys();
        DiscardEarlyKeys();
        while (TryTakeSession(out var session)) session.Dispose();
        _oneRtt?.Dispose();
        _oneRttRead?.Dispose();
        _oneRttWrite?.Dispose();
        _oneRtt = null;
        _undecryptable.Clear();
        Handshake.Dispose();
        _remoteIds.ForgetTokens();
        _qlog?.Dispose();
        _qlog = null;
        while (_localIds.TryRemoveAny(out var id)) _endpoint.Remove(id);
        _endpoint.OnDrained(this);
    }
}
