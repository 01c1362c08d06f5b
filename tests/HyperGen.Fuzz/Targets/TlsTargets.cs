using HyperGen.Tls;
using HyperGen.Tls.Messages;

namespace HyperGen.Fuzz.Targets;

/// <summary>The parsers of TLS messages; the first byte says which, the rest is a message's body.</summary>
internal sealed class TlsMessageTarget : Target
{
    public override string Name => "tls-message";

    public override IEnumerable<byte[]> Seeds => Recorded.Messages.Select(static m => (byte[])[m.Bytes[0], .. m.Bytes[4..]])
        .Append([(byte)HandshakeType.CertificateRequest, 0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3])
        .Append([(byte)HandshakeType.NewSessionTicket, 0, 0, 0x1c, 0x20, 1, 2, 3, 4, 1, 0, 0, 4, 9, 9, 9, 9, 0, 8, 0, 0x2a, 0, 4, 0xff, 0xff, 0xff, 0xff]);

    public override string Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return "empty";
        var body = input[1..];
        var type = (HandshakeType)input[0];
        switch (type)
        {
            case HandshakeType.ClientHello:
                return Describe(type, ClientHello.Parse(body, out _));
            case HandshakeType.ServerHello:
                return Describe(type, ServerHello.Parse(body, out _));
            case HandshakeType.EncryptedExtensions:
                return Describe(type, EncryptedExtensions.Parse(body, out _));
            case HandshakeType.Certificate:
                return Describe(type, Certificate.Parse(body, mayBeEmpty: false, out _));
            case HandshakeType.CertificateRequest:
                return Describe(type, CertificateRequest.Parse(body, out _));
            case HandshakeType.CertificateVerify:
                return CertificateVerify.TryParse(body, out _, out _) ? "CertificateVerify" : "CertificateVerify: malformed";
            case HandshakeType.NewSessionTicket:
                return Describe(type, NewSessionTicket.Parse(body, out _));
            default:
                return Describe(type, OfferedPsks.Parse(input, out _)) is { } outcome && outcome.Contains(':', StringComparison.Ordinal) ? "OfferedPsks: malformed" : "OfferedPsks";
        }
    }

    /// <summary>Without numbers: the inputs that each unknown extension would have kept crowded out those of all other messages.</summary>
    private static string Describe(HandshakeType type, TlsError? error) =>
        error is null ? $"{type}" : $"{type}: {string.Concat(error.Reason.Where(static character => !char.IsAsciiDigit(character)))}";
}

/// <summary>A server's handshake given a damaged ClientHello, cut in two.</summary>
internal sealed class ServerHelloTarget : Target
{
    public override string Name => "tls-server";

    public override IEnumerable<byte[]> Seeds => [Recorded.Messages[0].Bytes];

    public override string Run(ReadOnlySpan<byte> input)
    {
        using var handshake = TestTls.Server(new byte[] { 1, 1, 0 }, new(1));
        handshake.HandleInput(EncryptionLevel.Initial, input[..(input.Length / 2)]);
        handshake.HandleInput(EncryptionLevel.Initial, input[(input.Length / 2)..]);
        return Recorded.Drain(handshake);
    }
}

/// <summary>A client's handshake given a server's whole first flight, damaged; a byte before the messages of each level separates them.</summary>
internal sealed class ClientFlightTarget : Target
{
    private static readonly int HelloLength = Recorded.Messages[1].Bytes.Length;

    public override string Name => "tls-client";

    public override IEnumerable<byte[]> Seeds => [[.. Recorded.Messages.Skip(1).SelectMany(static m => m.Bytes)], .. Recorded.Messages.Skip(1).Select(static m => m.Bytes)];

    public override string Run(ReadOnlySpan<byte> input)
    {
        using var handshake = Recorded.Client();
        Recorded.Drain(handshake);
        var hello = Math.Min(HelloLength, input.Length);
        handshake.HandleInput(EncryptionLevel.Initial, input[..hello]);
        Recorded.Drain(handshake);
        handshake.HandleInput(EncryptionLevel.Handshake, input[hello..]);
        return Recorded.Drain(handshake);
    }
}

/// <summary>A full handshake, recorded: the same client makes the same hello each time, so that the server's answer stays valid.</summary>
internal static class Recorded
{
    private const int MaxSteps = 100;

    /// <summary>ClientHello, ServerHello, EncryptedExtensions, Certificate, CertificateVerify, Finished.</summary>
    public static IReadOnlyList<(EncryptionLevel Level, byte[] Bytes)> Messages { get; } = Record();

    public static TlsHandshake Client() => TestTls.Client(new byte[] { 1, 1, 0 }, new(9));

    /// <summary>Takes everything and answers every question with yes; what the handshake came to.</summary>
    public static string Drain(TlsHandshake handshake)
    {
        var last = "nothing";
        for (var steps = 0; handshake.TryGetEvent(out var next); steps++)
        {
            if (steps > MaxSteps) throw new InvalidOperationException("Events do not end.");
            last = next.Kind.ToString();
            if (next.Kind is TlsEventKind.ReadSecret or TlsEventKind.WriteSecret) next.Secret.Dispose();
            else if (next.Kind == TlsEventKind.Question && next.Question is VerifySignatureQuestion proof) handshake.AnswerProof(proof.Id, proof.Verify());
            else if (next.Kind == TlsEventKind.Question && next.Question is VerifyChainQuestion) handshake.AnswerChain(next.Question.Id);
            else if (next.Kind == TlsEventKind.Failed) return $"{next.Error.Code}: {next.Error.Reason}";
        }

        while (handshake.TryGetOutput(out _, out _))
        {
        }

        return last;
    }

    private static List<(EncryptionLevel, byte[])> Record()
    {
        using var client = Client();
        using var server = TestTls.Server(new byte[] { 1, 1, 0 }, new(8));
        var messages = new List<(EncryptionLevel, byte[])>();
        client.TryGetOutput(out _, out var hello);
        messages.Add((EncryptionLevel.Initial, hello.ToArray()));
        server.HandleInput(EncryptionLevel.Initial, hello.Span);
        while (server.TryGetEvent(out var next))
        {
            if (next.Kind == TlsEventKind.Question) TestTls.Answer(server, next.Question);
        }

        while (server.TryGetOutput(out var level, out var bytes))
        {
            for (var rest = bytes.ToArray(); rest.Length > 0;)
            {
                var length = 4 + ((rest[1] << 16) | (rest[2] << 8) | rest[3]);
                messages.Add((level, rest[..length]));
                rest = rest[length..];
            }
        }

        return messages;
    }
}
