using HyperGen.Tls.Messages;

namespace HyperGen.Tls.Tests;

/// <summary>What a message may hold beyond its syntax.</summary>
public sealed class MessageRuleTests
{
    private delegate TlsError? Parser(ReadOnlySpan<byte> body);

    /// <summary>The table of RFC 9846, section 4.3, for the extensions that we know: CH, SH, HRR, EE, CR, CT, NST.</summary>
    public static TheoryData<int, string> Places => new()
    {
        { (int)ExtensionType.ServerName, "CH EE CR" },
        { (int)ExtensionType.StatusRequest, "CH CR CT" },
        { (int)ExtensionType.SupportedGroups, "CH EE" },
        { (int)ExtensionType.SignatureAlgorithms, "CH CR" },
        { (int)ExtensionType.ApplicationLayerProtocolNegotiation, "CH EE" },
        { (int)ExtensionType.Padding, "CH" },
        { (int)ExtensionType.CompressCertificate, "CH CR" },
        { (int)ExtensionType.PreSharedKey, "CH SH" },
        { (int)ExtensionType.EarlyData, "CH EE NST" },
        { (int)ExtensionType.SupportedVersions, "CH SH HRR" },
        { (int)ExtensionType.Cookie, "CH HRR" },
        { (int)ExtensionType.PskKeyExchangeModes, "CH" },
        { (int)ExtensionType.CertificateAuthorities, "CH CR" },
        { (int)ExtensionType.OidFilters, "CR" },
        { (int)ExtensionType.PostHandshakeAuth, "CH" },
        { (int)ExtensionType.SignatureAlgorithmsCert, "CH CR" },
        { (int)ExtensionType.KeyShare, "CH SH HRR" },
        { (int)ExtensionType.QuicTransportParameters, "CH EE" },
        { 0x1234, "CH SH HRR EE CR CT NST" },
    };

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3
    //= type=test
    //# If an implementation receives an extension which
    //# it recognizes and which is not specified for the message in which it
    //# appears, it MUST abort the handshake with an "illegal_parameter" alert.
    //
    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.4.1
    //= type=test
    //# MUST check EncryptedExtensions for the presence of any forbidden
    //# extensions and if any are found MUST abort the handshake with an
    //# "illegal_parameter" alert.
    [Theory]
    [MemberData(nameof(Places))]
    public void An_extension_stands_where_it_belongs(int type, string places)
    {
        foreach (var (name, error) in Parse((ushort)type))
        {
            // Where it belongs, what is said of its empty body is another matter.
            var isMisplaced = error is { Alert: TlsAlert.IllegalParameter } && error.Reason.Contains("belongs elsewhere", StringComparison.Ordinal);
            Assert.True(places.Split(' ').Contains(name) != isMisplaced, $"{(ExtensionType)type} in {name}: {error?.Reason}");
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3
    //= type=test
    //# Upon receiving such an extension, an endpoint MUST abort the handshake with an
    //# "unsupported_extension" alert.
    //
    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2
    //= type=test
    //# Clients MUST ignore unrecognized extensions.
    [Fact]
    public void An_unknown_extension_is_ignored_in_a_request_and_refused_in_a_response()
    {
        foreach (var (name, error) in Parse(0x1234))
        {
            Assert.Equal(name is "SH" or "HRR" or "EE" or "CT" ? TlsAlert.UnsupportedExtension : name == "CR" ? TlsAlert.MissingExtension : null, error?.Alert);
        }
    }

    [Fact]
    public void A_certificate_answers_no_request_that_was_not_made()
    {
        Assert.Null(Certificate.Parse([0, 0, 0, 6, 0, 0, 1, 7, 0, 0], mayBeEmpty: false, out _));
        Assert.Equal(TlsAlert.IllegalParameter, Certificate.Parse([1, 9, 0, 0, 6, 0, 0, 1, 7, 0, 0], mayBeEmpty: false, out _)?.Alert);
        Assert.Equal(TlsAlert.UnsupportedExtension, Certificate.Parse([0, 0, 0, 15, 0, 0, 1, 7, 0, 9, 0, 5, 0, 5, 1, 0, 0, 1, 7], mayBeEmpty: false, out _)?.Alert);
    }

    [Fact]
    public void A_chain_has_16_certificates_at_most()
    {
        ReadOnlyMemory<byte>[] chain = [.. Enumerable.Repeat(new ReadOnlyMemory<byte>([7]), 17)];
        Assert.Null(Certificate.Parse(Certificate.Encode(chain[1..]).Span[4..], mayBeEmpty: false, out _));
        Assert.Equal(TlsAlert.BadCertificate, Certificate.Parse(Certificate.Encode(chain).Span[4..], mayBeEmpty: false, out _)?.Alert);
    }

    [Fact]
    public void A_staple_stands_with_the_first_certificate_alone()
    {
        ReadOnlyMemory<byte>[] chain = [new byte[] { 1 }, new byte[] { 2 }];
        byte[] staple = [9, 9];
        Assert.Equal(
            [11, 0, 0, 26, 0, 0, 0, 22, 0, 0, 1, 1, 0, 10, 0, 5, 0, 6, 1, 0, 0, 2, 9, 9, 0, 0, 1, 2, 0, 0],
            Certificate.Encode(chain, staple).ToArray());
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2
    //= type=test
    //# This field SHALL be zero length
    //# unless used for the post-handshake authentication exchanges
    //
    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2
    //= type=test
    //# The "signature_algorithms" extension MUST be specified
    [Fact]
    public void A_request_for_a_certificate_has_no_context_and_signature_algorithms()
    {
        Assert.Null(CertificateRequest.Parse([0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3], out _));
        Assert.Equal(TlsAlert.IllegalParameter, CertificateRequest.Parse([1, 9, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3], out _)?.Alert);
        Assert.Equal(TlsAlert.MissingExtension, CertificateRequest.Parse([0, 0, 0], out _)?.Alert);
    }

    [Fact]
    public void Pre_shared_keys_and_binders_go_in_pairs()
    {
        byte[] identity = [0, 1, 9, 0, 0, 0, 0];
        byte[] binder = [32, .. new byte[32]];
        Assert.Null(OfferedPsks.Parse([0, 7, .. identity, 0, 33, .. binder], out _));
        Assert.Null(OfferedPsks.Parse([0, 14, .. identity, .. identity, 0, 66, .. binder, .. binder], out _));
        Assert.Equal(TlsAlert.IllegalParameter, OfferedPsks.Parse([0, 7, .. identity, 0, 66, .. binder, .. binder], out _)?.Alert);
        Assert.Equal(TlsAlert.DecodeError, OfferedPsks.Parse([0, 14, .. identity, .. identity, 0, 33, .. binder], out _)?.Alert);
        Assert.Equal(TlsAlert.DecodeError, OfferedPsks.Parse([0, 7, .. identity, 0, 32, 31, .. new byte[31]], out _)?.Alert);
        Assert.Equal(TlsAlert.DecodeError, OfferedPsks.Parse([0, 6, 0, 0, 0, 0, 0, 0, 0, 33, .. binder], out _)?.Alert);
        Assert.Equal(TlsAlert.DecodeError, OfferedPsks.Parse([0, 0, 0, 0], out _)?.Alert);
    }

    /// <summary>Parses each message with an extension of this type and no content.</summary>
    private static IEnumerable<(string Name, TlsError? Error)> Parse(ushort type)
    {
        byte[] block = [0, 4, (byte)(type >> 8), (byte)type, 0, 0];
        byte[] hello = [3, 3, .. new byte[32], 0];
        byte[] retry = [3, 3, .. ServerHello.RetryRandom, 0];
        yield return ("CH", ClientHello.Parse([.. hello, 0, 2, 0x13, 1, 1, 0, .. block], out _));
        yield return ("SH", ServerHello.Parse([.. hello, 0x13, 1, 0, .. block], out _));
        yield return ("HRR", ServerHello.Parse([.. retry, 0x13, 1, 0, .. block], out _));
        yield return ("EE", EncryptedExtensions.Parse(block, out _));
        yield return ("CR", CertificateRequest.Parse([0, .. block], out _));
        yield return ("CT", Certificate.Parse([0, 0, 0, 10, 0, 0, 1, 7, .. block], mayBeEmpty: false, out _));
        yield return ("NST", NewSessionTicket.Parse([0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 7, .. block], out _));
    }
}
