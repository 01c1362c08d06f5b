using System.Buffers.Binary;
using System.Security.Cryptography;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>Session tickets: taking one instead of proving who the server is, reading early data, and issuing the next.</summary>
internal sealed partial class ServerHandshake
{
    /// <summary>RFC 9846, section 8.3: a window on the order of ten seconds for errors in clocks and variations in measurements.</summary>
    private static readonly TimeSpan _freshness = TimeSpan.FromSeconds(10);

    /// <summary>How long tickets may follow from one proof of identity: the longest that RFC 9846 lets a ticket live.</summary>
    private static readonly TimeSpan _maxAuthenticationAge = TimeSpan.FromDays(7);

    /// <summary>Leaves room for the rest of a ticket, which has at most 65,535 bytes and comes back in a ClientHello of 64 KiB.</summary>
    private const int MaxApplicationState = 16 * 1024;

    private readonly TicketKeys? _tickets;
    private readonly DateTimeOffset _now;
    private SessionState? _session;
    private byte[] _binder = [];
    private byte[] _resumptionSecret = [];
    private long _authenticatedAt;
    private bool _isResumable;
    private long _freshUntil;
    private bool _isFresh;
    private byte _ticketCount;

    public override bool AnswerEarlyData(int id, bool isAdmitted)
    {
        if (!TryClose<AdmitEarlyDataQuestion>(id, out _))
        {
            return false;
        }

        EarlyData = isAdmitted ? EarlyDataState.Accepted : EarlyDataState.Rejected;
        if (isAdmitted)
        {
            var secret = Schedule!.DeriveEarlyTraffic();
            LogSecret("CLIENT_EARLY_TRAFFIC_SECRET"u8, _clientRandom, secret.Bytes);
            Emit(TlsEvent.ReadSecret(EncryptionLevel.EarlyData, secret));
        }

        SendResumption();
        ReadMessages();
        return true;
    }

    public override bool TryIssueTicket(DateTimeOffset now, ReadOnlySpan<byte> applicationState, bool allowsEarlyData)
    {
        if (!IsComplete)
        {
            throw new InvalidOperationException("A ticket can be issued once the handshake is complete.");
        }

        if (Error is not null || _tickets is null || _resumptionSecret.Length == 0 || _ticketCount == byte.MaxValue)
        {
            return false;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(applicationState.Length, MaxApplicationState, nameof(applicationState));

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
        //# The server MUST generate a fresh value for each ticket it sends.
        Span<byte> ageAdd = stackalloc byte[sizeof(uint)];
        Random(ageAdd);
        ReadOnlySpan<byte> nonce = [_ticketCount++];
        var psk = new byte[Suite!.Hash.Length];
        Crypto.ExpandLabel(Suite.Hash, _resumptionSecret, "resumption"u8, nonce, psk);
        using var state = new SessionState
        {
            Suite = Suite,
            Psk = psk,
            IssuedAt = now.ToUnixTimeMilliseconds(),
            AuthenticatedAt = _authenticatedAt,
            AgeAdd = BinaryPrimitives.ReadUInt32BigEndian(ageAdd),
            AllowsEarlyData = allowsEarlyData,
            ApplicationProtocol = ApplicationProtocol,
            ServerName = ServerName,
            QuicVersion = QuicVersion,
            TransportParameters = _transportParameters,
            ApplicationState = applicationState.ToArray(),
        };
        var encoded = state.Encode();
        var writer = new MessageWriter(128 + encoded.Length);
        new NewSessionTicket
        {
            LifetimeSeconds = (uint)_tickets.Lifetime.TotalSeconds,
            AgeAdd = state.AgeAdd,
            Nonce = nonce,
            Ticket = _tickets.Seal(encoded),
            AllowsEarlyData = allowsEarlyData,
        }.Write(writer);
        CryptographicOperations.ZeroMemory(encoded);
        Send(EncryptionLevel.OneRtt, writer.Memory);
        return true;
    }

    /// <summary>Looks whether the ClientHello resumes a session that we know, and if so begins the key schedule with its key.</summary>
    /// <returns>Null, or what is wrong: a ticket that cannot be used is no error, a binder that does not fit it is.</returns>
    private TlsError? FindSession(in ClientHello hello, ReadOnlySpan<byte> message)
    {
        _isResumable = hello.AllowsPskWithKeyExchange;
        if (!hello.HasPreSharedKey)
        {
            return hello.HasEarlyData ? TlsError.FromAlert(TlsAlert.IllegalParameter, "The ClientHello has early_data without pre_shared_key.") : null;
        }

        if (_tickets is null || !hello.AllowsPskWithKeyExchange)
        {
            return null;
        }

        if (OfferedPsks.Parse(hello.PreSharedKey, out var offered) is { } error)
        {
            return error;
        }

        if (!_tickets.TryOpen(offered.Identity, out var bytes))
        {
            return null;
        }

        var session = SessionState.Decode(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        if (session is null || !IsUsable(session))
        {
            session?.Dispose();
            return null;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11
        //# If this value is
        //# not present or does not validate, the server MUST abort the handshake.
        Span<byte> binder = stackalloc byte[HashKinds.MaxLength];
        binder = binder[..Suite!.Hash.Length];
        _session = session;
        Schedule!.UsePsk(session.Psk);
        Schedule.GetBinder(message[..^offered.BindersLength], binder);
        if (!CryptographicOperations.FixedTimeEquals(binder, offered.Binder))
        {
            return TlsError.FromAlert(TlsAlert.DecryptError, "The binder of the pre-shared key is wrong.");
        }

        _binder = offered.Binder.ToArray();
        _isFresh = IsFresh(session, offered.ObfuscatedTicketAge);
        return null;
    }

    private bool IsUsable(SessionState session)
    {
        var age = TimeSpan.FromMilliseconds(_now.ToUnixTimeMilliseconds() - session.IssuedAt);
        var authenticationAge = TimeSpan.FromMilliseconds(_now.ToUnixTimeMilliseconds() - session.AuthenticatedAt);

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
        //# Any ticket MUST only be resumed with a cipher suite that has the
        //# same KDF hash algorithm as that used to establish the original connection.
        return session.Suite.Hash == Suite!.Hash
            && session.QuicVersion == QuicVersion
            && string.Equals(session.ServerName, ServerName, StringComparison.OrdinalIgnoreCase)
            && age >= -_freshness
            && age <= _tickets!.Lifetime
            && authenticationAge <= _maxAuthenticationAge;
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
    //# For PSKs provisioned via NewSessionTicket, a server MUST validate that
    //# the ticket age for the selected PSK identity
    private bool IsFresh(SessionState session, uint obfuscatedAge)
    {
        var clientAge = unchecked(obfuscatedAge - session.AgeAdd);
        var serverAge = _now.ToUnixTimeMilliseconds() - session.IssuedAt;
        _freshUntil = session.IssuedAt + clientAge + (long)_freshness.TotalMilliseconds;
        return Math.Abs(serverAge - clientAge) <= _freshness.TotalMilliseconds;
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
    //# In addition,
    //# it MUST verify that the following values are the same as those
    //# associated with the selected PSK
    private bool MayHaveEarlyData(SessionState session) =>
        EarlyData == EarlyDataState.Offered && _isFresh && session.AllowsEarlyData && session.Suite == Suite && session.ApplicationProtocol == ApplicationProtocol;

    /// <summary>The whole flight of a server that resumes: no certificate, nothing to sign.</summary>
    private void SendResumption()
    {
        if (TrySendServerHello())
        {
            var writer = new MessageWriter(128 + _transportParameters.Length);
            WriteEncryptedExtensions(writer);
            Schedule!.Append(writer.From(0));
            SendFinished(writer);
        }
    }

    /// <summary>Goes on as if the client had offered no session, and issues no ticket for another.</summary>
    private void ForgoResumption()
    {
        _isResumable = false;
        _session?.Dispose();
        _session = null;
        Schedule!.UsePsk([]);
    }

    private void RejectEarlyData()
    {
        if (EarlyData == EarlyDataState.Offered)
        {
            EarlyData = EarlyDataState.Rejected;
        }
    }

    private void KeepResumptionSecret(KeySchedule schedule)
    {
        _authenticatedAt = _session?.AuthenticatedAt ?? _now.ToUnixTimeMilliseconds();
        if (_tickets is not null && _isResumable)
        {
            _resumptionSecret = new byte[Suite!.Hash.Length];
            schedule.DeriveResumption(_resumptionSecret);
        }

        _session?.Dispose();
        _session = null;
    }

    private void ForgetSession()
    {
        _session?.Dispose();
        CryptographicOperations.ZeroMemory(_resumptionSecret);
    }
}
