using System.Security.Cryptography;
using HyperGen.Http3;
using HyperGen.Http3.Frames;
using HyperGen.Quic;
using HyperGen.Tls;

namespace HyperGen.Transport.Shards;

/// <summary>
/// Makes the server's handshakes and answers their questions: what can be answered quickly on the shard, the rest at a desk. Safe for all shards.
/// </summary>
/// <remarks>
/// A signature that is known to be quick is made on the shard: ECDSA on P-256 with a key in memory costs 25 to 40 µs, less than what a handshake gains
/// from another core and loses by two changes of thread. RSA (0.9 ms), larger curves and keys that someone else holds are used at the desk.
/// </remarks>
internal sealed class ServerCredentials : IDisposable
{
    private readonly NamedSelections? _selections;
    private readonly ChainVerification _verification;
    private readonly Func<Connection, SelectCredentialsQuestion, ValueTask<ServerSelection>>? _select;
    private readonly AnswerDesk _desk = new();
    private readonly HandshakeOptions _options;
    private readonly SharedTickets _tickets;

    /// <summary>The same credentials for every client.</summary>
    /// <param name="credentials">The certificates, most preferred first.</param>
    /// <param name="secrets">Where the keys of session tickets come from; null for keys that are gone with the process.</param>
    /// <param name="options">What may be negotiated; null for all we know.</param>
    public ServerCredentials(IReadOnlyList<Credential> credentials, ServerSecrets? secrets = null, HandshakeOptions? options = null)
        : this(new NamedSelections(new ServerSelection([Http3Connection.Protocol], credentials), []), secrets, options)
    {
    }

    /// <summary>Credentials by the name that the client asks for.</summary>
    /// <param name="selections">The credentials.</param>
    /// <param name="secrets">As above.</param>
    /// <param name="options">As above.</param>
    /// <param name="verification">What is made of clients' certificates; null for the system's judgement.</param>
    public ServerCredentials(
        NamedSelections selections, ServerSecrets? secrets = null, HandshakeOptions? options = null, ChainVerification? verification = null)
        : this(secrets, options, verification) => _selections = selections;

    /// <summary>Credentials that are looked up for each client, which may take its time and is done at the desk.</summary>
    /// <param name="select">Looks them up.</param>
    /// <param name="secrets">As above.</param>
    /// <param name="options">As above.</param>
    public ServerCredentials(
        Func<Connection, SelectCredentialsQuestion, ValueTask<ServerSelection>> select, ServerSecrets? secrets = null, HandshakeOptions? options = null)
        : this(secrets, options, verification: null) => _select = select;

    private ServerCredentials(ServerSecrets? secrets, HandshakeOptions? options, ChainVerification? verification)
    {
        _verification = verification ?? new ChainVerification();
        _options = options ?? HandshakeOptions.Default;
        _tickets = new SharedTickets(secrets ?? ServerSecrets.Create(), _options.Crypto);
    }

    /// <summary>
    /// Remembers which early data was admitted, for all who share the secrets of tickets. Null, the default, to admit none, and to issue tickets that say so: early
    /// data is only for an application that tells requests apart that may be replays (<c>RequestStream.MayBeReplay</c>).
    /// </summary>
    public ReplayWindow? EarlyData { get; init; }

    /// <summary>What HTTP/3 promises clients, which their early data relies on.</summary>
    public Settings Settings { get; init; } = new();

    /// <summary>Makes the server's half of a handshake, on the shard of the connection.</summary>
    public TlsHandshake CreateHandshake(ReadOnlyMemory<byte> transportParameters)
    {
        var handshake = new ServerHandshake(_options, RandomNumberGenerator.Fill, _tickets.Current, DateTimeOffset.UtcNow);
        handshake.SetTransportParameters(transportParameters.Span);
        return handshake;
    }

    /// <summary>Answers a question, on the shard of the connection.</summary>
    public void Answer(Shard shard, Connection connection, TlsQuestion question)
    {
        TlsHandshake handshake = connection.Handshake;
        switch (question)
        {
            case SelectCredentialsQuestion when _selections is null:
                _desk.Ask(shard, connection, question, question => SelectAsync(connection, question));
                return;
            case SelectCredentialsQuestion select:
                handshake.AnswerCredentials(select.Id, _selections.Find(select.ServerName));
                break;
            case VerifySignatureQuestion:
                _desk.Ask(shard, connection, question, static question => new ValueTask<Action<TlsHandshake>>(Verify((VerifySignatureQuestion)question)));
                return;
            case VerifyChainQuestion:
                _desk.Ask(shard, connection, question, question => new ValueTask<Action<TlsHandshake>>(Verify((VerifyChainQuestion)question)));
                return;
            case SignQuestion { Credential.SignsQuickly: false }:
                _desk.Ask(shard, connection, question, static question => new ValueTask<Action<TlsHandshake>>(Sign((SignQuestion)question)));
                return;
            case SignQuestion sign:
                handshake.AnswerSignature(sign.Id, sign.Credential.Sign(sign.Scheme, sign.Content.Span));
                break;
            case AdmitEarlyDataQuestion admit:
                handshake.AnswerEarlyData(admit.Id, MayAdmit(connection, admit));
                break;
            default:
                handshake.Refuse(question.Id, TlsAlert.InternalError, "The server has no answer to this question.");
                break;
        }
        connection.HandleAnswer(shard.Now);
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.2
    //# A server can remember the settings that it advertised or store an integrity-protected copy of the values in the ticket and recover the information when accepting 0-RTT data.

    /// <summary>Gives a client a ticket, on the shard of the connection, with which its next handshake goes without certificate and signature.</summary>
    public void IssueTicket(Shard shard, Connection connection)
    {
        Span<byte> settings = stackalloc byte[Settings.MaxLength];
        if (connection.Handshake.TryIssueTicket(DateTimeOffset.UtcNow, settings[..Settings.WritePayload(settings)], allowsEarlyData: EarlyData is not null))
        {
            connection.HandleAnswer(shard.Now);
        }
    }

    private async ValueTask<Action<TlsHandshake>> SelectAsync(Connection connection, TlsQuestion question)
    {
        ServerSelection selection = await _select!(connection, (SelectCredentialsQuestion)question);
        return handshake => handshake.AnswerCredentials(question.Id, selection);
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.2
    //# If the server cannot determine that the settings remembered by a client are compatible with its current settings, it MUST NOT accept 0-RTT data.
    private bool MayAdmit(Connection connection, AdmitEarlyDataQuestion question) =>
        EarlyData is not null
        && connection.MayAdmitEarlyData(question)
        && !Settings.Read(question.ApplicationState.Span, out Settings remembered).IsError
        && Settings.Covers(remembered)
        && EarlyData.TryAdmit(question.Binder.Span, question.IssuedAt, question.FreshUntil, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private static Action<TlsHandshake> Verify(VerifySignatureQuestion question)
    {
        TlsAlert? alert = question.Verify();
        return handshake => handshake.AnswerProof(question.Id, alert);
    }

    private Action<TlsHandshake> Verify(VerifyChainQuestion question)
    {
        TlsAlert? alert = _verification.Verify(question);
        return handshake => _ = alert is null ? handshake.AnswerChain(question.Id) : handshake.Refuse(question.Id, alert.Value, "The client's certificate is not accepted.");
    }

    private static Action<TlsHandshake> Sign(SignQuestion question)
    {
        byte[] signature = question.Credential.Sign(question.Scheme, question.Content.Span);
        return handshake => handshake.AnswerSignature(question.Id, signature);
    }

    /// <summary>Wipes the keys of tickets and lets the threads of the desk go, once the shards have stopped.</summary>
    public void Dispose()
    {
        _desk.Dispose();
        _tickets.Dispose();
    }
}
