using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls.Tests;

/// <summary>What is taken of what the other side offers, and what is not though we know it.</summary>
public sealed class NegotiationRuleTests
{
    /// <summary>Everything but the key is right: a Finished message that fits shows that it is the signature that is looked at.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_shows_a_certificate_without_its_key_is_refused(bool isClient)
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var stolen = new Credential([TestCredentials.Ecdsa.Chain[0]], other);
        var selection = Handshake.Selection(isClient ? TestCredentials.Ecdsa : stolen) with { ClientCertificates = isClient ? ClientCertificates.Require : ClientCertificates.None };
        using var handshake = new Handshake(selection: selection, client: Handshake.Options(stolen));
        handshake.Run();
        var victim = isClient ? handshake.Server : handshake.Client;
        Assert.Equal(TlsAlert.DecryptError, victim.Tls.Error?.Alert);
        Assert.False(victim.Tls.IsComplete);
        Assert.Empty(victim.Questions.OfType<VerifyChainQuestion>());
        Assert.Empty(victim.Tls.PeerCertificates);
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2
    //= type=test
    //# If the CertificateVerify message is sent by a server, the signature
    //# algorithm MUST be one offered in the client's "signature_algorithms" extension
    [Fact]
    public void A_server_signs_with_what_was_offered()
    {
        using var handshake = new Handshake(
            new HandshakeOptions { SignatureSchemes = [SignatureScheme.EcdsaSecp256r1Sha256] }, selection: Handshake.Selection(TestCredentials.Rsa));
        ChangeHello(handshake, static hello => hello[ExtensionType.SignatureAlgorithms] = [0, 2, 8, 4]);
        handshake.Run();
        Assert.Equal(TlsAlert.IllegalParameter, handshake.Client.Tls.Error?.Alert);
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2
    //= type=test
    //# MUST be one of those present in the supported_signature_algorithms
    [Fact]
    public void A_client_signs_with_what_was_offered()
    {
        // The server changes its mind behind the client's back.
        var schemes = new List<SignatureScheme> { SignatureScheme.RsaPssRsaeSha256, SignatureScheme.EcdsaSecp256r1Sha256 };
        using var handshake = new Handshake(
            serverOptions: new HandshakeOptions { SignatureSchemes = schemes },
            selection: Handshake.Selection() with { ClientCertificates = ClientCertificates.Require },
            client: Handshake.Options(TestCredentials.Ecdsa));
        handshake.Deliver = (from, level, bytes) =>
        {
            if (from == handshake.Client && level == EncryptionLevel.Handshake)
            {
                schemes.Remove(SignatureScheme.EcdsaSecp256r1Sha256);
            }

            return [bytes];
        };
        handshake.Run();
        Assert.Equal(TlsAlert.IllegalParameter, handshake.Server.Tls.Error?.Alert);
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.3
    //= type=test
    //# that was not offered MUST abort the handshake with an "illegal_parameter"
    //# alert.
    [Fact]
    public void A_server_takes_a_suite_that_was_offered()
    {
        using var handshake = new Handshake(new HandshakeOptions { CipherSuites = [CipherSuite.Aes128GcmSha256] });
        handshake.Deliver = (from, level, bytes) => [from == handshake.Server && level == EncryptionLevel.Initial ? Change(bytes, static hello => hello.Head[36] = 3) : bytes];
        handshake.Run();
        Assert.Equal(TlsAlert.IllegalParameter, handshake.Client.Tls.Error?.Alert);
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8
    //= type=test
    //# verify that (1) the selected_group field corresponds to a group which was provided
    //# in the "supported_groups" extension in the original ClientHello
    [Fact]
    public void A_server_asks_for_a_group_that_was_offered()
    {
        using var handshake = new Handshake(new HandshakeOptions { Groups = [NamedGroup.X25519] }, new HandshakeOptions { Groups = [NamedGroup.Secp256r1] });
        ChangeHello(handshake, static hello => hello[ExtensionType.SupportedGroups] = [0, 2, 0, 23]);
        handshake.Run();
        Assert.Equal(TlsAlert.IllegalParameter, handshake.Client.Tls.Error?.Alert);
    }

    [Fact]
    public void A_second_hello_has_a_key_of_the_group_asked_for_and_not_another_good_one()
    {
        using var handshake = new Handshake(serverOptions: new HandshakeOptions { Groups = [NamedGroup.Secp256r1, NamedGroup.Secp384r1] });
        using var share = CryptoProvider.Default.CreateKeyShare(NamedGroup.Secp384r1, new Random(3).NextBytes);
        byte[] key = share.PublicKey.ToArray();
        var hellos = 0;
        ChangeHello(handshake, hello => hello[ExtensionType.KeyShare] = hellos++ == 0 ? hello[ExtensionType.KeyShare] : [0, 101, 0, 24, 0, 97, .. key]);
        handshake.Run();
        Assert.Equal(TlsAlert.IllegalParameter, handshake.Server.Tls.Error?.Alert);
    }

    [Fact]
    public void Without_application_protocols_nobody_is_asked_anything()
    {
        using var handshake = new Handshake();
        ChangeHello(handshake, static hello => hello.Remove(ExtensionType.ApplicationLayerProtocolNegotiation));
        handshake.Run();
        Assert.Equal(TlsAlert.NoApplicationProtocol, handshake.Server.Tls.Error?.Alert);
        Assert.Empty(handshake.Server.Questions);
    }

    [Theory]
    [InlineData(31, null)]
    [InlineData(32, TlsAlert.NoApplicationProtocol)]
    internal void Of_a_long_list_of_protocols_the_first_32_count(int others, TlsAlert? alert)
    {
        using var handshake = new Handshake();
        byte[] list = [.. Enumerable.Range(0, others).SelectMany(static i => new byte[] { 1, (byte)i }), 2, (byte)'h', (byte)'3'];
        ChangeHello(handshake, hello => hello[ExtensionType.ApplicationLayerProtocolNegotiation] = [(byte)(list.Length >> 8), (byte)list.Length, .. list]);
        handshake.Run();
        Assert.Equal(alert, handshake.Server.Tls.Error?.Alert);
        Assert.InRange(handshake.Server.Questions.OfType<SelectCredentialsQuestion>().Single().ApplicationProtocols.Count, 1, 32);
    }

    [Fact]
    public void A_dot_at_the_end_of_a_name_is_not_part_of_it()
    {
        using var handshake = new Handshake();
        ChangeHello(handshake, static hello => hello[ExtensionType.ServerName] = [0, 11, 0, 0, 8, .. "h3.test."u8]);
        handshake.Run();
        Assert.Equal("h3.test", handshake.Server.Tls.ServerName);
    }

    [Fact]
    public void A_server_does_not_thank_for_a_name_it_was_not_sent()
    {
        using var handshake = new Handshake(client: new ClientOptions
        {
            ServerName = "127.0.0.1",
            ApplicationProtocols = [SslApplicationProtocol.Http3],
            TransportParameters = Handshake.ClientParameters,
        });
        handshake.Deliver = (from, _, bytes) =>
        {
            if (from != handshake.Server || bytes[0] != (byte)HandshakeType.EncryptedExtensions)
            {
                return [bytes];
            }

            var length = 4 + (bytes[1] << 16) + (bytes[2] << 8) + bytes[3];
            return [Change(bytes[..length], static extensions => extensions.Add((int)ExtensionType.ServerName)), bytes[length..]];
        };
        handshake.Run();
        Assert.Equal(TlsAlert.UnsupportedExtension, handshake.Client.Tls.Error?.Alert);
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.2
    //= type=test
    //# All certificates provided by the sender MUST be signed by a
    //# signature algorithm advertised by the peer, if it is able to provide such
    //# a chain
    [Theory]
    [InlineData("0403 0804 0401", null, 4, 0)]
    [InlineData("0403 0804", null, 4, 1)]
    [InlineData("0403 0804", "0401 0403", 4, 0)]
    [InlineData("0403 0804", "0403", 4, 1)]
    [InlineData("0403", "0503", 2, 0)]
    [InlineData("0403", "0503", 4, 3)]
    [InlineData("0804", "0401", 4, 2)]
    public void A_chain_that_the_client_can_verify_to_its_end_goes_first(string signatureSchemes, string? certificateSchemes, int count, int expected)
    {
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ofRsa = Issue(X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1));
        var ofEcdsa = Issue(X509SignatureGenerator.CreateForECDsa(ecdsa));

        // What signs itself is trusted for what it is: with whatever it has signed.
        Credential[] credentials = [.. ((Credential[])[ofRsa, ofEcdsa, TestCredentials.Rsa, TestCredentials.Ecdsa]).Take(count)];
        using var handshake = new Handshake(selection: Handshake.Selection(credentials));
        ChangeHello(handshake, hello =>
        {
            hello[ExtensionType.SignatureAlgorithms] = SchemeList(signatureSchemes);
            hello.Remove(ExtensionType.SignatureAlgorithmsCert);
            if (certificateSchemes is not null)
            {
                hello.Add((int)ExtensionType.SignatureAlgorithmsCert, SchemeList(certificateSchemes));
            }
        });
        handshake.Run();
        Assert.Same(credentials[expected], handshake.Server.Questions.OfType<SignQuestion>().Single().Credential);
    }

    [Fact]
    public void What_is_offered_for_certificates_is_what_authorities_sign_with()
    {
        using var handshake = new Handshake(selection: Handshake.Selection() with { ClientCertificates = ClientCertificates.Request });
        byte[] common = SchemeList("0403 0503 0603 0807 0804 0805 0806 0401 0501 0601");
        byte[] without = SchemeList("0403 0503 0603 0804 0805 0806 0401 0501 0601");
        byte[] extension = CryptoProvider.Default.IsSupported(SignatureScheme.Ed25519) ? [0, 50, 0, 22, .. common] : [0, 50, 0, 20, .. without];
        var found = 0;
        handshake.Deliver = (from, level, bytes) =>
        {
            found += (from == handshake.Client && level == EncryptionLevel.Initial) || bytes[0] == (byte)HandshakeType.EncryptedExtensions ? bytes.AsSpan().IndexOf(extension) > 0 ? 1 : 0 : 0;
            return [bytes];
        };
        handshake.Run();
        handshake.AssertComplete();
        Assert.Equal(2, found);
    }

    private static byte[] SchemeList(string hex)
    {
        byte[] schemes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        return [0, (byte)schemes.Length, .. schemes];
    }

    private static Credential Issue(X509SignatureGenerator issuer)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=h3.test", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(
            new X500DistinguishedName("CN=issuer"), issuer, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100), [1]);
        return new Credential([certificate.RawData], key);
    }

    private static void ChangeHello(Handshake handshake, Action<Hello> change) =>
        handshake.Deliver = (from, level, bytes) => [from == handshake.Client && level == EncryptionLevel.Initial ? Change(bytes, change) : bytes];

    private static byte[] Change(byte[] message, Action<Hello> change)
    {
        var hello = Hello.Read(message);
        change(hello);
        return hello.ToMessage();
    }
}
