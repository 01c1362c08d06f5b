using System.Diagnostics.CodeAnalysis;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic;

/// <summary>
/// Data that a client sends with its first packets, and the sessions that make it possible: 0-RTT (RFC 9000 section 7.4.1, RFC 9001 section 4.6). Whoever
/// saw such packets can send them again: what they ask for must be harmless when it happens twice, and <see cref="QuicStream.IsEarly" /> says which it is.
/// </summary>
internal sealed partial class Connection
{
    /// <summary>Tickets kept until they are taken; servers send one or two.</summary>
    private const int MaxSessions = 4;

    private TransportParameters? _remembered;
    private Queue<ClientSession>? _sessions;
    private Timestamp _earlyKeysExpire = Timestamp.Never;

    /// <summary>Packets before this one carried early data that the server rejected.</summary>
    private PacketNumber _firstReadable = new(0);

    /// <summary>What became of early data.</summary>
    public EarlyDataState EarlyData { get; private set; }

    /// <summary>Whether a client may open streams although the handshake is not complete.</summary>
    public bool CanSendEarlyData => Role == Role.Client && State == ConnectionState.Handshaking && Application.Write is not null;

    /// <summary>Whether keys of early data are held.</summary>
    internal bool HasEarlyKeys => Application.Read is not null || Application.Write is not null;

    private bool SendsBeforeHandshakeIsComplete => State == ConnectionState.Handshaking && (_oneRtt is not null || CanSendEarlyData);

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.5
    //# Clients SHOULD NOT reuse tickets as that allows entities other than the server to
    //# correlate connections

    /// <summary>
    /// At a client: takes the oldest ticket, which is good for one later connection of the same <see cref="Version" />; the taker sets when it came. False when
    /// there is none.
    /// </summary>
    public bool TryTakeSession([NotNullWhen(true)] out ClientSession? session)
    {
        session = null;
        return _sessions is not null && _sessions.TryDequeue(out session);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //# A server MUST reject 0-RTT data if the restored values for transport
    //# parameters cannot be supported.

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //# If 0-RTT data is accepted by the server, the server MUST NOT reduce any
    //# limits or alter any values that might be violated by the client with its
    //# 0-RTT data.

    /// <summary>
    /// At a server: whether the transport can read the early data that the question is about. It cannot when a limit that the client relies on is lower
    /// today, and does not when memory is short. Whether it may be read although it may be a replay is for the caller to say.
    /// </summary>
    public bool MayAdmitEarlyData(AdmitEarlyDataQuestion question) =>
        //= https://www.rfc-editor.org/rfc/rfc8470#section-6.3
        //# A server that is under load SHOULD prefer rejecting TLS early data as a whole rather than accepting early data and selectively processing requests.
        !_endpoint.Pages.IsUnderPressure
        && !TransportParameters.TryRead(question.TransportParameters.Span, Role.Server, out var remembered).IsError && _local.Covers(remembered);

    /// <summary>TLS has the keys of early data: a client may send it, a server read it.</summary>
    private void InstallEarlyKeys(in TlsEvent next)
    {
        using var secret = next.Secret;
        if (Role == Role.Client && _remembered is null) return;

        //= https://www.rfc-editor.org/rfc/rfc9369#section-4.1
        //# The client MUST NOT send 0-RTT packets using the negotiated version,
        //# even after processing a packet of that version from the server.
        var keys = new DirectionKeys(_endpoint.Options.Crypto, _originalVersion, secret.Suite, secret.Bytes);
        if (Role == Role.Client)
        {
            Application.Write = keys;
            EarlyData = EarlyDataState.Offered;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
            //# A client MUST NOT use remembered values for the following parameters:
            //# ack_delay_exponent, max_ack_delay, initial_source_connection_id,
            //# original_destination_connection_id, preferred_address,
            //# retry_source_connection_id, and stateless_reset_token.
            _streams.OnPeerParameters(_remembered!);
        }
        else
        {
            //= https://www.rfc-editor.org/rfc/rfc9001#section-5.6
            //# A server MUST NOT use 0-RTT keys to protect packets
            Application.Read = keys;
            EarlyData = EarlyDataState.Accepted;
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //# A client that attempts to send 0-RTT data MUST remember all other transport
    //# parameters used by the server that it is able to process.

    /// <summary>Takes the server's transport parameters of an earlier connection, those that may be relied on.</summary>
    private void RememberParameters(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty || TransportParameters.TryRead(encoded, Role.Server, out var remembered).IsError) return;
        _remembered = remembered;
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.2
    //# When 0-RTT is rejected, all connection characteristics
    //# that the client assumed might be incorrect.

    /// <summary>The server reads none of it: everything goes again from the start, under the limits that the server states now.</summary>
    private void OnEarlyDataRejected(Timestamp now)
    {
        if (EarlyData != EarlyDataState.Offered) return;

        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.6
        //# A client SHOULD stop sending 0-RTT data if it receives an indication that 0-RTT data has
        //# been rejected.
        EarlyData = EarlyDataState.Rejected;
        _firstReadable = Application.NextNumber;
        Application.Write?.Dispose();
        Application.Write = null;
        _recovery.OnRetry(now, PacketNumberSpaceId.ApplicationData);
        RequeueLost();
        _streams.OnEarlyDataRejected();
        _events.Add(ConnectionEventKind.EarlyDataRejected);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.2
    //# When 0-RTT was rejected, a client SHOULD treat receipt of an acknowledgment for a 0-RTT
    //# packet as a connection error of type PROTOCOL_VIOLATION, if it is able to detect the
    //# condition.
    private bool IsOfRejectedPacket(PacketNumberSpace space, in AckFrame ack)
    {
        if (_firstReadable.Value == 0 || space != Application) return false;
        var lowest = ack.Largest.Value;
        foreach (var range in ack) lowest = range.Start;
        return lowest < _firstReadable.Value;
    }

    /// <summary>At a client, when the handshake is complete: the server said nothing against the early data, so that it must keep to what it promised.</summary>
    private TransportError SettleEarlyData()
    {
        if (EarlyData != EarlyDataState.Offered) return TransportError.None;
        EarlyData = EarlyDataState.Accepted;
        if (_remote is null || !_remote.Covers(_remembered!))
        {
            return TransportError.Of(TransportErrorCode.ProtocolViolation, "The server accepted early data and lowered a limit that it was sent under.");
        }

        _streams.OnPeerParameters(_remote);
        return TransportError.None;
    }

    private void HandleEarlyPacket(Timestamp now, in NetworkPath path, EcnCodepoint ecn, in PacketHeader header, Span<byte> packet)
    {
        if (Role == Role.Server && Application.Read is null && EarlyData == EarlyDataState.None && HandshakeSpace.Write is null && !HandshakeSpace.IsDiscarded)
        {
            // It overtook the ClientHello, or the answer to one of its questions is not there yet.
            if (!TryKeepUndecryptable(now, ecn, packet)) Drop(now, header.Type, packet.Length, "key_unavailable"u8);
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.2
        //# When rejecting 0-RTT, a server MUST NOT process any
        //# 0-RTT packets, even if it could.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.6
        //# A client MUST NOT attempt to decrypt 0-RTT packets it receives and instead MUST discard
        //# them.
        if (Role == Role.Client || Application.Read is null) Drop(now, header.Type, packet.Length, "key_unavailable"u8);
        else HandleLongPacket(now, path, ecn, Application, header, packet);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.3
    //# After receiving a 1-RTT
    //# packet, servers MUST discard 0-RTT keys within a short time; the
    //# RECOMMENDED time period is three times the Probe Timeout (PTO, see
    //# [QUIC-RECOVERY]).
    private void OnOneRttPacketOpened(Timestamp now)
    {
        if (Application.Read is not null && _earlyKeysExpire.IsNever) _earlyKeysExpire = now + (3 * _recovery.PtoPeriod);
    }

    private void DiscardEarlyKeys()
    {
        Application.Read?.Dispose();
        Application.Write?.Dispose();
        Application.Read = Application.Write = null;
        _earlyKeysExpire = Timestamp.Never;
    }

    private void KeepSession(ClientSession session)
    {
        _sessions ??= new(MaxSessions);
        if (_sessions.Count == MaxSessions)
        {
            session.Dispose();
            return;
        }

        _sessions.Enqueue(session);
        _events.Add(ConnectionEventKind.SessionReceived);
    }
}
