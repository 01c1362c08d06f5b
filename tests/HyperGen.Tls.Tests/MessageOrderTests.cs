using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls.Tests;

/// <summary>Messages that are missing, come twice, or do not belong where they are, in every place of every kind of handshake.</summary>
public sealed class MessageOrderTests
{
    private static readonly HandshakeType[] _types =
    [
        HandshakeType.ClientHello, HandshakeType.ServerHello, HandshakeType.NewSessionTicket, HandshakeType.EndOfEarlyData, HandshakeType.EncryptedExtensions,
        HandshakeType.Certificate, HandshakeType.CertificateRequest, HandshakeType.CertificateVerify, HandshakeType.Finished, HandshakeType.KeyUpdate,
        HandshakeType.MessageHash, (HandshakeType)99,
    ];

    public static TheoryData<string> Kinds => ["plain", "retried", "client certificate", "empty client certificate", "resumed"];

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4
    //= type=test
    //# A peer which receives a handshake message in an unexpected order
    //# MUST abort the handshake with an "unexpected_message" alert.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_that_does_not_belong_where_it_is_is_unexpected(string kind)
    {
        using var lab = new Lab(kind);
        for (var place = 0; place < lab.Trace.Count; place++)
        {
            foreach (var type in _types.Except(lab.Allowed(place)))
            {
                var receiver = lab.Run(place, message => [[(byte)type, 0, 0, 0], message]);
                Assert.True(receiver.Error?.Alert == TlsAlert.UnexpectedMessage, $"{type} before {lab.Trace[place]}: {receiver.Error}");
                Assert.False(receiver.IsComplete);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_that_comes_twice_is_refused(string kind)
    {
        using var lab = new Lab(kind);
        for (var place = 0; place < lab.Trace.Count; place++)
        {
            var receiver = lab.Run(place, static message => [message, message]);

            // Behind the last message of a level there is nothing to come, whatever it is; elsewhere it is the order that is wrong. A first ClientHello that was
            // answered with a HelloRetryRequest is a bad second one.
            var isHello = kind == "retried" && place == 0 && receiver.Error?.Alert == TlsAlert.IllegalParameter;
            Assert.True(isHello || receiver.Error?.Alert == TlsAlert.UnexpectedMessage || receiver.Error?.Code == 0x0a, $"{lab.Trace[place]}: {receiver.Error}");
        }
    }

    /// <summary>No message can be left out, nor can those that follow it: neither who the peer is nor what was negotiated goes unproved.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_handshake_with_messages_missing_is_never_complete(string kind)
    {
        using var lab = new Lab(kind);
        for (var place = 0; place < lab.Trace.Count; place++)
        {
            for (var count = 1; count <= 4; count++)
            {
                var receiver = lab.Run(place, static _ => [], count);
                Assert.False(receiver.IsComplete, $"without {lab.Trace[place]}");

                // Only the request for a certificate may be absent: then it is the signature that gives it away.
                var isFollowed = lab.Trace.Skip(place).Take(count + 1).Count(sent => (sent.IsClient, sent.Level) == (lab.Trace[place].IsClient, lab.Trace[place].Level)) == count + 1;
                var expected = lab.Trace[place].Type == HandshakeType.CertificateRequest && count == 1 ? TlsAlert.DecryptError : TlsAlert.UnexpectedMessage;
                Assert.True(!isFollowed || receiver.Error?.Alert == expected, $"without {count} from {lab.Trace[place]}: {receiver.Error}");
            }
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.2
    //= type=test
    //# receives a ClientHello at any other time, it MUST terminate
    //# the connection with an "unexpected_message" alert.
    [Fact]
    public void After_the_handshake_a_client_has_nothing_to_say_and_a_server_only_tickets()
    {
        foreach (var type in _types)
        {
            using var handshake = new Handshake();
            handshake.Run();
            handshake.AssertComplete();
            handshake.Server.Tls.HandleInput(EncryptionLevel.OneRtt, [(byte)type, 0, 0, 0]);
            Assert.Equal(TlsAlert.UnexpectedMessage, handshake.Server.Tls.Error?.Alert);
            if (type is not (HandshakeType.NewSessionTicket or HandshakeType.CertificateRequest))
            {
                handshake.Client.Tls.HandleInput(EncryptionLevel.OneRtt, [(byte)type, 0, 0, 0]);
                Assert.Equal(TlsAlert.UnexpectedMessage, handshake.Client.Tls.Error?.Alert);
            }
        }
    }

    /// <summary>A message of a handshake in which nothing was changed.</summary>
    private readonly record struct Sent(bool IsClient, EncryptionLevel Level, HandshakeType Type);

    /// <summary>Runs one kind of handshake again and again, always the same but for the messages at one place.</summary>
    private sealed class Lab : IDisposable
    {
        private readonly string _kind;
        private readonly TicketKeys _tickets = new(CryptoProvider.Default, new Random(5).NextBytes);
        private readonly ClientSession _session;

        public Lab(string kind)
        {
            _kind = kind;
            _tickets.Rotate(new byte[TicketKeys.SecretLength]);
            using var first = new Handshake(tickets: _tickets);
            first.Run();
            Assert.True(first.Server.Tls.TryIssueTicket(default, [], allowsEarlyData: false));
            first.Run();
            _session = Assert.Single(first.Client.Sessions);
            Run(-1, static message => [message]);
            Assert.Equal(kind == "resumed", Trace.TrueForAll(static sent => sent.Type != HandshakeType.Certificate));
        }

        public List<Sent> Trace { get; } = [];

        /// <summary>The types that may come at a place, in place of what does or as what does.</summary>
        public HandshakeType[] Allowed(int place) => Trace[place] switch
        {
            { IsClient: false, Type: HandshakeType.Certificate } when Trace[place - 1].Type == HandshakeType.EncryptedExtensions =>
                [HandshakeType.Certificate, HandshakeType.CertificateRequest],
            { Type: HandshakeType.CertificateRequest } => [HandshakeType.Certificate, HandshakeType.CertificateRequest],
            var sent => [sent.Type],
        };

        /// <summary>Runs a handshake in which some messages are replaced.</summary>
        /// <param name="place">The first to be replaced; negative to fill <see cref="Trace"/>.</param>
        /// <param name="replace">What is delivered in place of each.</param>
        /// <param name="count">How many are replaced.</param>
        /// <returns>How it went for the one to whom they were sent.</returns>
        public (TlsError? Error, bool IsComplete) Run(int place, Func<byte[], byte[][]> replace, int count = 1)
        {
            var credentials = _kind == "client certificate" ? new[] { TestCredentials.Ecdsa } : [];
            using var handshake = new Handshake(
                serverOptions: _kind == "retried" ? new HandshakeOptions { Groups = [NamedGroup.Secp256r1] } : null,
                tickets: _tickets,
                selection: Handshake.Selection() with { ClientCertificates = _kind.Contains("client", StringComparison.Ordinal) ? ClientCertificates.Request : default },
                client: new ClientOptions
                {
                    ServerName = "h3.test",
                    ApplicationProtocols = Handshake.Options().ApplicationProtocols,
                    TransportParameters = Handshake.ClientParameters,
                    Credentials = credentials,
                    Session = _kind == "resumed" ? _session : null,
                });
            var index = 0;
            handshake.Deliver = (from, level, bytes) =>
            {
                var pieces = new List<byte>();
                for (var rest = bytes; rest.Length > 0;)
                {
                    var message = rest[..(4 + (rest[1] << 16) + (rest[2] << 8) + rest[3])];
                    rest = rest[message.Length..];
                    if (place < 0)
                    {
                        Trace.Add(new Sent(from == handshake.Client, level, (HandshakeType)message[0]));
                    }

                    pieces.AddRange(place >= 0 && index >= place && index < place + count ? replace(message).SelectMany(static piece => piece) : message);
                    index++;
                }

                return [[.. pieces]];
            };
            handshake.Run();
            if (place < 0)
            {
                handshake.AssertComplete();
                return default;
            }

            var receiver = Trace[place].IsClient ? handshake.Server.Tls : handshake.Client.Tls;
            return (receiver.Error, receiver.IsComplete);
        }

        public void Dispose()
        {
            _session.Dispose();
            _tickets.Dispose();
        }
    }
}
