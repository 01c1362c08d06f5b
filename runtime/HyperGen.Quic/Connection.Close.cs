using HyperGen.Quic.Frames;

namespace HyperGen.Quic;

/// <summary>How a connection ends: RFC 9000 section 10.</summary>
internal sealed partial class Connection
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.1
    //# such endpoints MUST limit the cumulative size of packets it sends to three times
    //# the cumulative size of the packets that are received and attributed to the
    //# connection

    /// <summary>How many bytes may be sent for each that comes in: whether what comes is a packet of the peer's is not looked into any more.</summary>
    private const int CloseAmplification = 3;

    private long _closeFrameType;
    private int _datagramsWhileClosing;
    private int _nextAnswerAt;
    private long _closeAllowance;
    private int _closeLength;
    private bool _closePending;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //# An endpoint that wishes to communicate a fatal connection error MUST use a
    //# CONNECTION_CLOSE frame if it is able.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-11
    //# An endpoint that detects an error SHOULD signal the existence of that error to its
    //# peer.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-11
    //# The most appropriate error code (Section 20) SHOULD be included in the frame that
    //# signals the error.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-11.1
    //# MUST be signaled using a CONNECTION_CLOSE frame
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

        //= https://www.rfc-editor.org/rfc/rfc9000#section-11.1
        //# An endpoint SHOULD be prepared to retransmit a packet containing a
        //# CONNECTION_CLOSE frame if it receives more packets on a terminated connection.
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

        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
        //# Endpoints MUST clear the value of the Reason Phrase field and SHOULD use the
        //# APPLICATION_ERROR code when converting to a CONNECTION_CLOSE of type 0x1c.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-12.5
        //# CONNECTION_CLOSE frames signaling application errors (type 0x1d) MUST only appear
        //# in the application data packet number space.
        if (application && !inOneRtt)
        {
            ConnectionCloseFrame.Write(ref builder.Writer, application: false, (long)TransportErrorCode.ApplicationError, 0, null);
        }
        else
        {
            ConnectionCloseFrame.Write(ref builder.Writer, application, CloseReason.ErrorCode, _closeFrameType, CloseReason.Reason);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2
    //# Once its closing or draining state ends, an endpoint SHOULD discard all connection
    //# state.

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
        _undecryptable?.Clear();
        Handshake.Dispose();
        _remoteIds.ForgetTokens();
        _qlog?.Dispose();
        _qlog = null;
        while (_localIds.TryRemoveAny(out var id)) _endpoint.Remove(id);
        _endpoint.OnDrained(this);
    }
}
