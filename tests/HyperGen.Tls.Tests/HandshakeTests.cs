using HyperGen.Tls.Crypto;

namespace HyperGen.Tls.Tests;

public sealed class HandshakeTests
{
    [Theory]
    [ClassData(typeof(Providers))]
    public void Client_and_server_agree(string provider)
    {
        using var handshake = new Handshake(Handshake.With(provider), Handshake.With(provider));
        handshake.Run();
        handshake.AssertComplete();
        Assert.Same(CipherSuite.Aes128GcmSha256, handshake.Client.Tls.Suite);
        Assert.Equal(HandshakeOptions.Default.Groups.First(Providers.Get(provider).IsSupported), handshake.Client.Tls.Group);
        Assert.Equal(
            [
                TlsEventKind.PeerTransportParameters, TlsEventKind.Question, TlsEventKind.WriteSecret, TlsEventKind.ReadSecret, TlsEventKind.Question,
                TlsEventKind.WriteSecret, TlsEventKind.ReadSecret, TlsEventKind.HandshakeComplete,
            ],
            handshake.Server.Events);
        Assert.Equal(
            [
                TlsEventKind.ReadSecret, TlsEventKind.WriteSecret, TlsEventKind.PeerTransportParameters, TlsEventKind.Question,
                TlsEventKind.WriteSecret, TlsEventKind.ReadSecret, TlsEventKind.HandshakeComplete,
            ],
            handshake.Client.Events);
    }

    [Fact]
    public void The_two_providers_understand_each_other()
    {
        Assert.SkipUnless(Libcrypto.IsAvailable, "libcrypto is not available here.");
        using var handshake = new Handshake(Handshake.With("BCL"), Handshake.With("libcrypto"));
        handshake.Run();
        handshake.AssertComplete();
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void Every_suite_and_group_works(string provider)
    {
        var crypto = Providers.Get(provider);
        foreach (var suite in HandshakeOptions.Default.CipherSuites.Where(suite => crypto.IsSupported(suite.Aead)))
        {
            foreach (var group in HandshakeOptions.Default.Groups.Where(crypto.IsSupported))
            {
                var options = new HandshakeOptions { Crypto = crypto, CipherSuites = [suite], Groups = [group] };
                using var handshake = new Handshake(options, Handshake.With(provider));
                handshake.Run();
                handshake.AssertComplete();
                Assert.Same(suite, handshake.Server.Tls.Suite);
                Assert.Equal(group, handshake.Server.Tls.Group);
                Assert.Equal(suite.Hash.Length, handshake.Client.ReadSecrets[EncryptionLevel.OneRtt].Length);
            }
        }
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void A_server_that_wants_another_key_asks_for_it(string provider)
    {
        var server = new HandshakeOptions { Crypto = Providers.Get(provider), Groups = [NamedGroup.Secp256r1] };
        using var handshake = new Handshake(Handshake.With(provider), server);
        handshake.Run();
        handshake.AssertComplete();
        Assert.Equal(NamedGroup.Secp256r1, handshake.Server.Tls.Group);
    }

    [Fact]
    public void Every_kind_of_key_signs()
    {
        foreach (var credential in TestCredentials.All.Where(static c => c.SignatureSchemes.Any(static s => CryptoProvider.Default.IsSupported(s))))
        {
            using var handshake = new Handshake(selection: Handshake.Selection(credential));
            handshake.Run();
            handshake.AssertComplete();
            Assert.Equal(credential.Chain[0], handshake.Client.Questions.OfType<VerifyChainQuestion>().Single().Certificates[0].ToArray());
        }
    }

    [Fact]
    public void The_credential_is_one_whose_signature_the_client_can_verify()
    {
        var rsaOnly = new HandshakeOptions { SignatureSchemes = [SignatureScheme.RsaPssRsaeSha256] };
        var both = Handshake.Selection(TestCredentials.Ecdsa, TestCredentials.Rsa);
        using var handshake = new Handshake(rsaOnly, selection: both);
        handshake.Run();
        handshake.AssertComplete();
        Assert.Same(TestCredentials.Rsa, handshake.Server.Questions.OfType<SignQuestion>().Single().Credential);

        foreach (var scheme in TestCredentials.Rsa.SignatureSchemes)
        {
            using var each = new Handshake(new HandshakeOptions { SignatureSchemes = [scheme] }, selection: both);
            each.Run();
            each.AssertComplete();
            Assert.Equal(scheme, each.Server.Questions.OfType<SignQuestion>().Single().Scheme);
        }

        using var second = new Handshake(selection: both);
        second.Run();
        Assert.Same(TestCredentials.Ecdsa, second.Server.Questions.OfType<SignQuestion>().Single().Credential);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(64)]
    public void Messages_may_be_cut_anywhere(int size)
    {
        using var handshake = new Handshake { Deliver = (_, _, bytes) => bytes.Chunk(size) };
        handshake.Run();
        handshake.AssertComplete();
    }

    [Fact]
    public void A_message_may_be_cut_at_each_of_its_bytes()
    {
        for (var cut = 1; cut < 700; cut++)
        {
            using var handshake = new Handshake { Deliver = (_, _, bytes) => cut < bytes.Length ? [bytes[..cut], bytes[cut..]] : [bytes] };
            handshake.Run();
            handshake.AssertComplete();
        }
    }

    [Fact]
    public void The_handshake_waits_for_slow_answers_and_keeps_what_arrives_meanwhile()
    {
        using var handshake = new Handshake();
        handshake.Server.IsSlow = true;
        handshake.Client.IsSlow = true;
        for (var round = 0; round < 10; round++)
        {
            handshake.Run();
            foreach (var peer in (Peer[])[handshake.Server, handshake.Client])
            {
                foreach (var question in peer.Questions.ToArray())
                {
                    peer.Questions.Remove(question);
                    peer.Answer(question);
                    peer.Drain();
                }
            }
        }

        handshake.AssertComplete();
    }

    [Fact]
    public void A_seed_gives_the_same_secrets_every_time()
    {
        // The platform draws what ML-KEM encapsulates with by itself.
        var options = new HandshakeOptions { Groups = [NamedGroup.X25519, NamedGroup.Secp256r1] };
        var secrets = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            using var handshake = new Handshake(options, options, seed: 42);
            handshake.Run();
            secrets.Add(Convert.ToHexString(handshake.Client.WriteSecrets[EncryptionLevel.Handshake]));
        }

        Assert.Single(secrets);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.8
    //= type=test
    //# a QUIC endpoint MUST treat any alert from TLS as if it were at the "fatal" level.
    [Fact]
    public void A_refused_question_ends_the_handshake_with_its_alert()
    {
        using var handshake = new Handshake();
        handshake.Server.IsSlow = true;
        handshake.Run();
        var question = Assert.IsType<SelectCredentialsQuestion>(handshake.Server.Questions.Single());
        Assert.Equal("h3.test", question.ServerName);
        Assert.True(handshake.Server.Tls.Refuse(question.Id, TlsAlert.UnrecognizedName, "No such host here."));
        Assert.Equal(0x170ul, handshake.Server.Tls.Error!.Code);
        Assert.Equal(TlsAlert.UnrecognizedName, handshake.Server.Tls.Error.Alert);
        Assert.False(handshake.Server.Tls.AnswerCredentials(question.Id, Handshake.Selection()));
        handshake.Server.Drain();
        Assert.Equal(TlsEventKind.Failed, handshake.Server.Events[^1]);
    }

    [Fact]
    public void A_question_that_is_not_answered_in_time_ends_the_handshake()
    {
        foreach (var kind in (Type[])[typeof(SelectCredentialsQuestion), typeof(SignQuestion), typeof(VerifyChainQuestion)])
        {
            using var handshake = new Handshake();
            handshake.Server.Leaves = handshake.Client.Leaves = kind;
            handshake.Run();
            var question = handshake.Server.Questions.Concat(handshake.Client.Questions).Single(asked => asked.GetType() == kind);
            var tls = kind == typeof(VerifyChainQuestion) ? handshake.Client.Tls : handshake.Server.Tls;
            Assert.True(tls.Expire(question.Id));
            Assert.Equal(TlsAlert.InternalError, tls.Error!.Alert);
            Assert.False(tls.Expire(question.Id));
        }
    }

    [Fact]
    public void Answering_with_the_wrong_method_is_misuse()
    {
        using var handshake = new Handshake();
        handshake.Server.IsSlow = true;
        handshake.Run();
        var question = handshake.Server.Questions.Single();
        Assert.Throws<InvalidOperationException>(() => handshake.Server.Tls.AnswerSignature(question.Id, []));
        Assert.False(handshake.Server.Tls.AnswerSignature(question.Id + 1, []));
        handshake.Server.Answer(question);
        handshake.Server.Drain();
        Assert.IsType<SignQuestion>(handshake.Server.Questions[^1]);
    }
}
