using System.Security.Cryptography;
using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Tls;

namespace HyperGen.Transport.Shards;

/// <summary>Answers the questions of server handshakes with one set of credentials.</summary>
/// <remarks>A signature with ECDSA on P-256 costs less than the way to another thread and back would, so it is made on the shard.</remarks>
internal sealed class ServerCredentials(IReadOnlyList<Credential> credentials)
{
    private readonly ServerSelection _selection = new([Http3Connection.Protocol], credentials);

    /// <summary>Makes the server's half of a handshake.</summary>
    public static TlsHandshake CreateHandshake(ReadOnlyMemory<byte> transportParameters)
    {
        var handshake = new ServerHandshake(HandshakeOptions.Default, RandomNumberGenerator.Fill);
        handshake.SetTransportParameters(transportParameters.Span);
        return handshake;
    }

    /// <summary>Answers a question, on the shard of the connection.</summary>
    public void Answer(Connection connection, TlsQuestion question)
    {
        switch (question)
        {
            case SelectCredentialsQuestion:
                ((ServerHandshake)connection.Handshake).AnswerCredentials(question.Id, _selection);
                break;
            case SignQuestion sign:
                connection.Handshake.AnswerSignature(sign.Id, sign.Credential.Sign(sign.Scheme, sign.Content.Span));
                break;
            default:
                connection.Handshake.Refuse(question.Id, TlsAlert.InternalError, "The server has no answer to this question.");
                break;
        }
        connection.HandleAnswer(ShardClock.Now);
    }
}
