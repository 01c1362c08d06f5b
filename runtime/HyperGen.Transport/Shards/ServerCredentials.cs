using System.Security.Cryptography;
using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Tls;

namespace HyperGen.Transport.Shards;

/// <summary>Answers the questions of server handshakes: what can be answered quickly on the shard, the rest at a desk.</summary>
/// <remarks>
/// A signature that is known to be quick is made on the shard: ECDSA on P-256 with a key in memory costs 25 to 40 µs, less than what a handshake gains
/// from another core and loses by two changes of thread. RSA (0.9 ms), larger curves and keys that someone else holds are used at the desk.
/// </remarks>
internal sealed class ServerCredentials
{
    private readonly ServerSelection? _selection;
    private readonly Func<SelectCredentialsQuestion, ValueTask<ServerSelection>>? _select;
    private readonly AnswerDesk _desk = new();

    /// <summary>The same credentials for every client.</summary>
    public ServerCredentials(IReadOnlyList<Credential> credentials) => _selection = new([Http3Connection.Protocol], credentials);

    /// <summary>Credentials that are looked up for each client, which may take its time and is done at the desk.</summary>
    public ServerCredentials(Func<SelectCredentialsQuestion, ValueTask<ServerSelection>> select) => _select = select;

    /// <summary>Makes the server's half of a handshake.</summary>
    public static TlsHandshake CreateHandshake(ReadOnlyMemory<byte> transportParameters)
    {
        var handshake = new ServerHandshake(HandshakeOptions.Default, RandomNumberGenerator.Fill);
        handshake.SetTransportParameters(transportParameters.Span);
        return handshake;
    }

    /// <summary>Answers a question, on the shard of the connection.</summary>
    public void Answer(Shard shard, Connection connection, TlsQuestion question)
    {
        switch (question)
        {
            case SelectCredentialsQuestion when _selection is null:
                _desk.Ask(shard, connection, question, SelectAsync);
                return;
            case SelectCredentialsQuestion:
                ((ServerHandshake)connection.Handshake).AnswerCredentials(question.Id, _selection);
                break;
            case SignQuestion { Credential.SignsQuickly: false }:
                _desk.Ask(shard, connection, question, static question => new ValueTask<Action<TlsHandshake>>(Sign((SignQuestion)question)));
                return;
            case SignQuestion sign:
                connection.Handshake.AnswerSignature(sign.Id, sign.Credential.Sign(sign.Scheme, sign.Content.Span));
                break;
            default:
                connection.Handshake.Refuse(question.Id, TlsAlert.InternalError, "The server has no answer to this question.");
                break;
        }
        connection.HandleAnswer(shard.Now);
    }

    private async ValueTask<Action<TlsHandshake>> SelectAsync(TlsQuestion question)
    {
        ServerSelection selection = await _select!((SelectCredentialsQuestion)question);
        return handshake => ((ServerHandshake)handshake).AnswerCredentials(question.Id, selection);
    }

    private static Action<TlsHandshake> Sign(SignQuestion question)
    {
        byte[] signature = question.Credential.Sign(question.Scheme, question.Content.Span);
        return handshake => handshake.AnswerSignature(question.Id, signature);
    }
}
