using System.Diagnostics;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>Offering a session, sending early data with it, and receiving tickets for the next.</summary>
internal sealed partial class ClientHandshake
{
    /// <summary>The session offered, until the server has taken it or not.</summary>
    private ClientSession? _session;

    /// <summary>The schedule of the session's own suite, from which binder and early secret derive before any suite is negotiated.</summary>
    private KeySchedule? _earlySchedule;

    private byte[] _serverParameters = [];
    private byte[] _resumptionSecret = [];

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.6
    //# A client therefore MUST NOT use 0-RTT for application data unless specifically requested
    //# by the application that is in use.

    /// <summary>Whether early data may be sent: the server may still reject it.</summary>
    private bool OffersEarlyData =>
        _client.SendsEarlyData && !_hasRetried && _session is { AllowsEarlyData: true } && _client.ApplicationProtocols.Contains(_session.ApplicationProtocol);

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
    //# Clients MUST only resume if the new SNI value is valid for the server
    //# certificate presented in the original session, and SHOULD only resume if
    //# the SNI value matches the one used in the original session.
    private bool IsUsable(ClientSession session) =>
        session.IsUsable(_client.Now)
        && session.QuicVersion == _client.QuicVersion
        && session.ServerName == _client.ServerName
        && Options.CipherSuites.Contains(session.Suite);

    /// <summary>Writes early_data and pre_shared_key, which must be the last extension.</summary>
    /// <returns>Where the binder goes, once all lengths are written.</returns>
    private Span<byte> WritePreSharedKey(MessageWriter writer, ClientSession session)
    {
        if (OffersEarlyData)
        {
            writer.End16(writer.Begin(ExtensionType.EarlyData));
            EarlyData = EarlyDataState.Offered;
        }

        var preSharedKey = writer.Begin(ExtensionType.PreSharedKey);
        var identities = writer.Begin16();
        writer.Vector16(session.Ticket.Span);
        var age = (long)(_client.Now - session.ReceivedAt).TotalMilliseconds;
        writer.UInt32(unchecked((uint)age + session.AgeAdd));
        writer.End16(identities);
        var binders = writer.Begin16();
        var vector = writer.Begin8();
        var binder = writer.Reserve(session.Suite.Hash.Length);
        writer.End8(vector);
        writer.End16(binders);
        writer.End16(preSharedKey);
        return binder;
    }

    private void WriteBinder(MessageWriter writer, Span<byte> binder, ClientSession session)
    {
        const int LengthsOfBinders = 3;
        var schedule = Schedule ?? (_earlySchedule = new KeySchedule(Crypto, session.Suite));
        schedule.UsePsk(session.Psk);
        schedule.GetBinder(writer.From(0)[..^(LengthsOfBinders + binder.Length)], binder);
        if (OffersEarlyData)
        {
            Debug.Assert(_earlySchedule is not null, "early data is offered with the first ClientHello only");
            _earlySchedule.Append(writer.From(0));
            var secret = _earlySchedule.DeriveEarlyTraffic();
            LogSecret("CLIENT_EARLY_TRAFFIC_SECRET"u8, _random, secret.Bytes);
            Emit(TlsEvent.WriteSecret(EncryptionLevel.EarlyData, secret));
        }
    }

    /// <summary>Whether the ServerHello resumes the session, which decides what the key schedule begins with.</summary>
    private bool TrySettleSession(in ServerHello hello)
    {
        if (hello.SelectedIdentity is null)
        {
            _session = null;
            Schedule!.UsePsk([]);
            return true;
        }

        if (_session is null)
        {
            Fail(ExtensionReader.Unexpected(ExtensionType.PreSharedKey, ExtensionPlaces.ServerHello));
            return false;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11
        //# Clients MUST verify that the server's selected_identity is within the
        //# range supplied by the client, that the server selected a cipher suite
        //# indicating a Hash associated with the PSK
        if (hello.SelectedIdentity != 0 || _session.Suite.Hash != Suite!.Hash)
        {
            Fail(TlsAlert.IllegalParameter, "The server resumes a session that was not offered, or with another hash.");
            return false;
        }

        IsResumed = true;
        Schedule!.UsePsk(_session.Psk);
        return true;
    }

    /// <summary>Whether EncryptedExtensions may and do accept early data.</summary>
    private bool TrySettleEarlyData(bool isAccepted)
    {
        if (!isAccepted)
        {
            RejectEarlyData();
            return true;
        }

        if (EarlyData != EarlyDataState.Offered)
        {
            Fail(ExtensionReader.Unexpected(ExtensionType.EarlyData, ExtensionPlaces.EncryptedExtensions));
            return false;
        }

        // What was sent was meant for the session's suite and protocol.
        if (!IsResumed || _session!.Suite != Suite || _session.ApplicationProtocol != ApplicationProtocol)
        {
            Fail(TlsAlert.IllegalParameter, "The server accepts early data under other parameters than it was sent with.");
            return false;
        }

        EarlyData = EarlyDataState.Accepted;
        return true;
    }

    private void RejectEarlyData()
    {
        if (EarlyData == EarlyDataState.Offered)
        {
            EarlyData = EarlyDataState.Rejected;
            Emit(TlsEvent.EarlyDataRejected());
        }
    }

    private void OnNewSessionTicket(ReadOnlySpan<byte> body)
    {
        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
        //# Clients which receive a NewSessionTicket message but do
        //# not support resumption MUST silently ignore this message.
        //
        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
        //# The value of zero indicates that the ticket should be discarded
        //# immediately.
        if (FailIf(NewSessionTicket.Parse(body, out var message)) || !_client.KeepsSessions || message.LifetimeSeconds == 0)
        {
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
        //# Clients MUST NOT use tickets for longer than
        //# 7 days after issuance, regardless of the ticket_lifetime
        var lifetime = TimeSpan.FromSeconds(Math.Min(message.LifetimeSeconds, 604_800));
        var psk = new byte[Suite!.Hash.Length];
        Crypto.ExpandLabel(Suite.Hash, _resumptionSecret, "resumption"u8, message.Nonce, psk);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-9.2
        //# These MUST NOT be used to communicate application semantics between endpoints; clients
        //# MUST treat them as opaque values.
        Emit(TlsEvent.SessionTicket(new ClientSession(Suite, psk, message.Ticket.ToArray())
        {
            AgeAdd = message.AgeAdd,
            Lifetime = lifetime,
            AllowsEarlyData = message.AllowsEarlyData,
            ServerName = _client.ServerName,
            ApplicationProtocol = ApplicationProtocol,
            TransportParameters = _serverParameters,
            QuicVersion = QuicVersion,
        }));
    }
}
