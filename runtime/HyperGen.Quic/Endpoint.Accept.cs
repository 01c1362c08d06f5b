using HyperGen.Quic.Admission;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>Whether a stranger's first packet becomes a connection, decided in the order of what it costs: nothing is derived or kept before it has to be.</summary>
internal sealed partial class Endpoint
{
    /// <summary>Whether clients have to prove their address first, wherever they come from.</summary>
    private bool IsUnderPressure => HandshakeCount >= Options.RetryThreshold || Options.Memory is { IsUnderPressure: true };

    private Connection? Accept(Timestamp now, in NetworkPath path, EcnCodepoint ecn, in PacketHeader header, Span<byte> datagram)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
        //# A server MUST discard an Initial packet that is carried in a UDP
        //# datagram with a payload that is smaller than the smallest allowed
        //# maximum datagram size of 1200 bytes.
        if (datagram.Length < Connection.MinDatagramSize) return null;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
        //# When a server receives an Initial packet with an address validation token,
        //# it MUST attempt to validate the token, unless it has already completed
        //# address validation.
        var verdict = _tokens.Check(now, header.Token, path.Remote, header.Version!, header.DestinationId, out var original);
        if (verdict == TokenVerdict.InvalidRetry)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.2
            //# Instead, the
            //# server SHOULD immediately close (Section 10.2) the connection with an
            //# INVALID_TOKEN error.
            Statistics.InvalidTokens++;
            Refuse(now, path, header, datagram[..header.End], TransportErrorCode.InvalidToken);
            return null;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
        //# This Destination Connection ID MUST be at least 8 bytes in length.
        if (header.DestinationId.Length < 8 && verdict != TokenVerdict.Retry) return null;
        var source = SourcePrefixes.Of(path.Remote);
        var use = _sources[source];

        //= https://www.rfc-editor.org/rfc/rfc9000#section-21.6
        //# QUIC deployments SHOULD provide mitigations for the Slowloris attacks
        if (Count >= Options.MaxConnections || use.Connections >= Options.MaxConnectionsPerSource || Options.Memory is { IsAlmostSpent: true })
        {
            Statistics.Refused++;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
            //# If a server refuses to accept a new connection, it SHOULD send an Initial
            //# packet containing a CONNECTION_CLOSE frame with error code
            //# CONNECTION_REFUSED.
            Refuse(now, path, header, datagram[..header.End], TransportErrorCode.ConnectionRefused);
            return null;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
        //# If the validation succeeds, the server SHOULD then allow the handshake to
        //# proceed.
        var isValidated = verdict is TokenVerdict.Retry or TokenVerdict.NewToken;
        var isCrowded = use.Handshakes >= Options.MaxHandshakesPerSource;
        if (!isValidated && Options.Retry != RetryPolicy.Never && (isCrowded || IsUnderPressure || Options.Retry == RetryPolicy.Always))
        {
            Statistics.Retries++;
            AnswerWithRetry(now, path, header);
            return null;
        }

        // A source that proved its address may have half of all handshakes, so that one client that stalls in each of its own does not lock out the rest.
        if (HandshakeCount >= Options.MaxHandshakes || (isValidated ? use.Handshakes >= Math.Max(1, Options.MaxHandshakes / 2) : isCrowded))
        {
            // Nobody is told CONNECTION_REFUSED here (RFC 9000 section 5.2.2), not even who proved the address: this is the full backlog of TCP, whose client is
            // not answered either. Handshakes end within HandshakeTimeout at the latest, the client's first packet comes again sooner than that, and to refuse
            // it would end what a moment's patience serves; browsers would not come back over QUIC for minutes. Nothing is kept of who waits. A client waits as
            // long as it likes; one that was asked to prove its address hears INVALID_TOKEN when its token has expired, after 15 s.
            Statistics.Refused++;
            return null;
        }

        return Begin(now, path, ecn, header, datagram, new(source, isValidated, verdict == TokenVerdict.Retry ? original : null));
    }

    private Connection? Begin(
        Timestamp now, in NetworkPath path, EcnCodepoint ecn, in PacketHeader header, Span<byte> datagram, in AdmittedClient admission)
    {
        var destination = new ConnectionId(header.DestinationId);
        OnBegun();
        _sources.Change(admission.Source, 1, 1);
        var connection = Connection.Accept(this, now, path, header.Version!, destination, new(header.SourceId), admission);
        Add(destination, connection);
        connection.HandleDatagram(now, path, ecn, datagram);
        if (connection.Statistics.PacketsReceived > 0) return connection;

        // Nothing in it could be opened: whoever sent this does not know the protocol, and no state is kept for it.
        connection.Abandon(now);
        return null;
    }
}
