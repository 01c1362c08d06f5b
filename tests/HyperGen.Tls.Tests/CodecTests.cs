using System.Net.Security;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls.Tests;

/// <summary>Every message and structure: what was written is read again, no truncation and no change of it throws, and a byte more is an error.</summary>
public sealed class CodecTests
{
    private const int Seeds = 300;

    private delegate TlsError? Parser(ReadOnlySpan<byte> body);

    public static TheoryData<string> Messages => [.. Parsers().Select(static parser => parser.Name)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Every_truncation_is_an_error(string name)
    {
        var (_, bodies, parse) = Parsers().Single(parser => parser.Name == name);
        foreach (var body in bodies)
        {
            Assert.Null(parse(body)?.Reason);
            for (var length = 0; length < body.Length; length++)
            {
                // What a ClientHello of TLS 1.2 may lack, its extensions, is the one thing that may be cut off.
                if (parse(body.AsSpan(0, length)) is null)
                {
                    Assert.Equal("ClientHello", name);
                }
            }

            Assert.NotNull(parse([.. body, 0]));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void No_change_throws(string name)
    {
        var (_, bodies, parse) = Parsers().Single(parser => parser.Name == name);
        var refused = 0;
        foreach (var body in bodies)
        {
            for (var seed = 0; seed < Seeds; seed++)
            {
                var random = new Random(seed);
                byte[] changed = [.. body];
                for (var changes = random.Next(1, 5); changes > 0; changes--)
                {
                    changed[random.Next(changed.Length)] = (byte)random.Next(256);
                }

                refused += parse(changed) is null ? 0 : 1;
            }

            // Bytes of no meaning at all.
            for (var seed = 0; seed < Seeds; seed++)
            {
                var random = new Random(seed);
                var noise = new byte[random.Next(200)];
                random.NextBytes(noise);
                refused += parse(noise) is null ? 0 : 1;
            }
        }

        Assert.True(refused > Seeds / 2, $"only {refused} were refused");
    }

    [Fact]
    public void Certificates_round_trip()
    {
        for (var count = 1; count < 5; count++)
        {
            ReadOnlyMemory<byte>[] chain = [.. Enumerable.Range(1, count).Select(static i => new ReadOnlyMemory<byte>([.. Enumerable.Repeat((byte)i, 300 * i)]))];
            Assert.Null(Certificate.Parse(Certificate.Encode(chain).Span[4..], mayBeEmpty: false, out var read));
            Assert.Equal(chain.Select(static certificate => certificate.ToArray()), read.Select(static certificate => certificate.ToArray()));
        }

        Assert.Null(Certificate.Parse(Certificate.Encode([]).Span[4..], mayBeEmpty: true, out var none));
        Assert.Empty(none);
        Assert.Equal(TlsAlert.DecodeError, Certificate.Parse(Certificate.Encode([]).Span[4..], mayBeEmpty: false, out _)!.Alert);
    }

    [Fact]
    public void CertificateRequests_round_trip()
    {
        var writer = new MessageWriter(16);
        CertificateRequest.Write(writer, HandshakeOptions.Default.SignatureSchemes, Signatures.InCertificates);
        Assert.Null(CertificateRequest.Parse(writer.From(4), out var schemes));
        Assert.Equal(HandshakeOptions.Default.SignatureSchemes.Count, schemes.Count);
        for (var i = 0; i < schemes.Count; i++)
        {
            Assert.Equal((ushort)HandshakeOptions.Default.SignatureSchemes[i], schemes[i]);
        }
    }

    [Fact]
    public void Tickets_round_trip()
    {
        foreach (var allowsEarlyData in (bool[])[true, false])
        {
            var writer = new MessageWriter(16);
            new NewSessionTicket { LifetimeSeconds = 7, AgeAdd = 0xDEADBEEF, Nonce = [1, 2], Ticket = [3, 4, 5], AllowsEarlyData = allowsEarlyData }.Write(writer);
            Assert.Null(NewSessionTicket.Parse(writer.From(4), out var read));
            Assert.Equal((7u, 0xDEADBEEFu, allowsEarlyData), (read.LifetimeSeconds, read.AgeAdd, read.AllowsEarlyData));
            Assert.Equal([1, 2], read.Nonce.ToArray());
            Assert.Equal([3, 4, 5], read.Ticket.ToArray());
        }
    }

    [Fact]
    public void Sessions_round_trip_and_no_truncation_is_one()
    {
        using var state = Session();
        var encoded = state.Encode();
        using var read = SessionState.Decode(encoded)!;
        Assert.Equivalent(state, read);
        for (var length = 0; length < encoded.Length; length++)
        {
            Assert.Null(SessionState.Decode(encoded.AsSpan(0, length)));
        }

        Assert.Null(SessionState.Decode([.. encoded, 0]));
    }

    private static SessionState Session() => new()
    {
        Suite = CipherSuite.Aes256GcmSha384,
        Psk = [.. Enumerable.Range(0, 48).Select(static i => (byte)i)],
        IssuedAt = 1_900_000_000_000,
        AuthenticatedAt = 1_800_000_000_000,
        AgeAdd = 77,
        QuicVersion = 0x6b3343cf,
        AllowsEarlyData = true,
        ApplicationProtocol = SslApplicationProtocol.Http3,
        ServerName = "h3.test",
        TransportParameters = [1, 2, 3],
        ApplicationState = [4, 5],
    };

    private static IEnumerable<(string Name, IReadOnlyList<byte[]> Bodies, Parser Parse)> Parsers()
    {
        using var handshake = new Handshake();
        handshake.Client.Tls.TryGetOutput(out _, out var clientHello);
        yield return ("ClientHello", [clientHello.Span[4..].ToArray()], static body => ClientHello.Parse(body, out _));

        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, clientHello.Span);
        handshake.Server.Drain();
        var flight = new List<byte>();
        while (handshake.Server.Tls.TryGetOutput(out _, out var output))
        {
            flight.AddRange(output.Span);
        }

        var messages = Split([.. flight]).ToDictionary(static message => (HandshakeType)message[0], static message => message[4..]);
        yield return ("ServerHello", [messages[HandshakeType.ServerHello]], static body => ServerHello.Parse(body, out _));
        yield return ("EncryptedExtensions", [messages[HandshakeType.EncryptedExtensions]], static body => EncryptedExtensions.Parse(body, out _));
        yield return ("Certificate", [messages[HandshakeType.Certificate]], static body => Certificate.Parse(body, mayBeEmpty: false, out _));
        yield return (
            "CertificateVerify",
            [messages[HandshakeType.CertificateVerify]],
            static body => CertificateVerify.TryParse(body, out _, out _) ? null : TlsError.FromAlert(TlsAlert.DecodeError, ""));

        var request = new MessageWriter(16);
        CertificateRequest.Write(request, HandshakeOptions.Default.SignatureSchemes, Signatures.InCertificates);
        yield return ("CertificateRequest", [request.From(4).ToArray()], static body => CertificateRequest.Parse(body, out _));

        var ticket = new MessageWriter(16);
        new NewSessionTicket { LifetimeSeconds = 7, Nonce = [1], Ticket = [2], AllowsEarlyData = true }.Write(ticket);
        yield return ("NewSessionTicket", [ticket.From(4).ToArray()], static body => NewSessionTicket.Parse(body, out _));

        byte[] psks = [0, 9, 0, 3, 1, 2, 3, 0, 0, 0, 9, 0, 33, 32, .. new byte[32]];
        yield return ("OfferedPsks", [psks], static body => OfferedPsks.Parse(body, out _));
    }

    private static IEnumerable<byte[]> Split(byte[] messages)
    {
        for (var start = 0; start < messages.Length;)
        {
            var length = 4 + (messages[start + 1] << 16) + (messages[start + 2] << 8) + messages[start + 3];
            yield return messages[start..(start + length)];
            start += length;
        }
    }
}
