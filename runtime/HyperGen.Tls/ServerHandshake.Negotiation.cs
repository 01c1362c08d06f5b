using System.Net.Security;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>What to make of a ClientHello, and asking for another one.</summary>
internal sealed partial class ServerHandshake
{
    /// <summary>A client has two or three. The rest of a list made to keep us busy is not looked at.</summary>
    private const int MaxApplicationProtocols = 32;

    private byte[] _clientRandom = [];
    private byte[] _clientSessionId = [];
    private byte[] _clientKeyExchange = [];
    private bool _hasRetried;
    private bool _wantsStaple;
    private bool _hasSignatureSchemes;

    private void OnClientHello(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (FailIf(ClientHello.Parse(body, out var hello) ?? Check(hello)))
        {
            return;
        }

        var suite = SelectSuite(hello.CipherSuites);
        if (suite is null)
        {
            Fail(TlsAlert.HandshakeFailure, "The client offers no cipher suite that the server has.");
            return;
        }

        if (!_hasRetried)
        {
            Suite = suite;
            Schedule = new KeySchedule(Crypto, suite);
        }
        else if (suite != Suite || hello.HasEarlyData)
        {
            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.2
            //# In that case, the client MUST send the same
            //# ClientHello without modification, except as follows
            Fail(TlsAlert.IllegalParameter, "The second ClientHello offers other cipher suites than the first, or early data.");
            return;
        }

        _clientRandom = hello.Random.ToArray();
        _clientSessionId = hello.SessionId.ToArray();
        _wantsStaple = hello.HasStatusRequest;
        _hasSignatureSchemes = hello.SignatureSchemes.Count > 0;
        EarlyData = hello.HasEarlyData ? EarlyDataState.Offered : EarlyData;
        if (!TrySelectGroup(hello, message))
        {
            return;
        }

        ServerName = hello.ServerName;
        if (FailIf(FindSession(hello, message)))
        {
            return;
        }

        Schedule!.Append(message);
        _state = State.RecvdClientHello;
        Emit(TlsEvent.PeerTransportParameters(hello.TransportParameters.ToArray()));
        Ask(new SelectCredentialsQuestion(
            NextQuestionId(),
            hello.ServerName,
            ApplicationProtocols(hello.ApplicationProtocols),
            Known(hello.SignatureSchemes, Signatures.IsKnown),
            Known(hello.CertificateSchemes, Signatures.InCertificates.Contains)));
    }

    private static TlsError? Check(in ClientHello hello)
    {
        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.2
        //# An endpoint MUST terminate the connection if a version of TLS older than 1.3 is
        //# negotiated.
        if (!hello.SupportedVersions.Contains(ServerHello.Tls13))
        {
            return TlsError.FromAlert(TlsAlert.ProtocolVersion, "The client does not offer TLS 1.3.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-9.2
        //# Servers receiving a ClientHello which does not conform to these
        //# requirements MUST abort the handshake with a "missing_extension"
        //# alert.
        // With a pre-shared key neither is needed; whether one can do without is seen later.
        var hasGroups = hello.SupportedGroups.Count > 0;
        if (hasGroups != hello.HasKeyShare || (!hello.HasPreSharedKey && (!hasGroups || hello.SignatureSchemes.Count == 0)))
        {
            return TlsError.FromAlert(TlsAlert.MissingExtension, "The ClientHello lacks supported_groups, key_share or signature_algorithms.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.9
        //# If clients offer "pre_shared_key" without
        //# a "psk_key_exchange_modes" extension, servers MUST abort the handshake.
        if (hello.HasPreSharedKey && !hello.HasPskKeyExchangeModes)
        {
            return TlsError.FromAlert(TlsAlert.MissingExtension, "The ClientHello has pre_shared_key without psk_key_exchange_modes.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-8.2
        //# endpoints that receive ClientHello or
        //# EncryptedExtensions messages without the quic_transport_parameters extension
        //# MUST close the connection with an error of type 0x016d
        if (!hello.HasTransportParameters)
        {
            return TlsError.FromAlert(TlsAlert.MissingExtension, "The ClientHello lacks quic_transport_parameters.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-8.1
        //# Unless another mechanism
        //# is used for agreeing on an application protocol, endpoints MUST use ALPN for
        //# this purpose.
        return hello.ApplicationProtocols.IsEmpty
            ? TlsError.FromAlert(TlsAlert.NoApplicationProtocol, "The client does not offer an application protocol (ALPN).")
            : null;
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.3
    //# An endpoint MUST NOT reject a ClientHello that offers a cipher suite that it does not
    //# support
    private CipherSuite? SelectSuite(UInt16List offered)
    {
        foreach (var suite in Options.CipherSuites)
        {
            if (offered.Contains(suite.Id) && Crypto.IsSupported(suite.Aead))
            {
                return suite;
            }
        }

        return null;
    }

    /// <summary>Takes the first group for which the client has sent a key; without any, asks for one.</summary>
    /// <returns>Whether there is a key to go on with.</returns>
    private bool TrySelectGroup(in ClientHello hello, ReadOnlySpan<byte> message)
    {
        NamedGroup? common = null;
        foreach (var group in Options.Groups)
        {
            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8
            //# Servers MUST NOT send a KeyShareEntry for any group not
            //# indicated in the client's "supported_groups" extension
            if (!hello.SupportedGroups.Contains((ushort)group) || !Crypto.IsSupported(group))
            {
                continue;
            }

            common ??= group;
            if (hello.TryFindKeyShare(group, out var keyExchange) && (!_hasRetried || group == Group))
            {
                Group = group;
                _clientKeyExchange = keyExchange.ToArray();
                return true;
            }
        }

        if (_hasRetried)
        {
            Fail(TlsAlert.IllegalParameter, "The second ClientHello lacks a key of the group that was asked for.");
        }
        else if (common is null)
        {
            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.1
            //# If there is no overlap between the received "supported_groups"
            //# and the groups supported by the server, then the server MUST abort the
            //# handshake with a "handshake_failure" or an "insufficient_security" alert.
            Fail(TlsAlert.HandshakeFailure, "The client offers no group that the server has.");
        }
        else
        {
            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.2.1
            //# If the server selects an asymmetric key exchange group and the client did not offer a
            //# compatible "key_share" extension in the initial ClientHello, the server MUST
            //# respond with a HelloRetryRequest
            Group = common;
            Schedule!.Append(message);
            SendRetryRequest();
        }

        return false;
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.7
    //# QUIC implementations SHOULD instead use the Retry feature

    /// <summary>Sends a HelloRetryRequest. It needs no cookie: proving the client's address is the business of QUIC's Retry.</summary>
    private void SendRetryRequest()
    {
        _hasRetried = true;
        RejectEarlyData();
        var writer = new MessageWriter(128);
        var message = WriteHelloStart(writer, ServerHello.RetryRandom);
        var extensions = writer.Begin16();
        WriteSelectedVersion(writer);
        var keyShare = writer.Begin(ExtensionType.KeyShare);
        writer.UInt16((ushort)Group!.Value);
        writer.End16(keyShare);
        writer.End16(extensions);
        writer.End24(message);
        Schedule!.AppendRetryRequest(writer.From(0));
        Send(EncryptionLevel.Initial, writer.Memory);
    }

    /// <summary>The first of the server's protocols that the client has.</summary>
    private bool TrySelectProtocol(SelectCredentialsQuestion question, ServerSelection selection)
    {
        ApplicationProtocol = selection.ApplicationProtocols.FirstOrDefault(question.ApplicationProtocols.Contains);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-8.1
        //# When using ALPN, endpoints MUST immediately close a connection
        if (ApplicationProtocol == default)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-7
            //# Endpoints MUST explicitly negotiate an application protocol.
            Fail(TlsAlert.NoApplicationProtocol, "The client speaks none of the server's application protocols.");
        }

        return Error is null;
    }

    /// <summary>
    /// The first of the server's credentials that the client can verify, with the algorithm the client likes best: with all of its chain, or with its key at
    /// least, for a client may know its issuer's key.
    /// </summary>
    private bool TrySelectCredential(
        SelectCredentialsQuestion question, ServerSelection selection, out Credential credential, out SignatureScheme scheme)
    {
        (credential, scheme) = (null!, default);
        if (!_hasSignatureSchemes)
        {
            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3
            //# If a server
            //# is authenticating via a certificate and the client has not sent a
            //# "signature_algorithms" extension, then the server MUST abort the
            //# handshake with a "missing_extension" alert
            Fail(TlsAlert.MissingExtension, "The ClientHello lacks signature_algorithms, and its pre-shared key is not taken.");
            return false;
        }

        foreach (var candidate in selection.Credentials)
        {
            if (!TryFindScheme(candidate, question, out var common))
            {
                continue;
            }

            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.2
            //# All certificates provided by the sender MUST be signed by a
            //# signature algorithm advertised by the peer, if it is able to provide such
            //# a chain
            var isWhollyVerifiable = candidate.IsSignedWith(question.CertificateSchemes);
            if (isWhollyVerifiable || credential is null)
            {
                (credential, scheme) = (candidate, common);
            }

            if (isWhollyVerifiable)
            {
                break;
            }
        }

        if (credential is null)
        {
            Fail(TlsAlert.HandshakeFailure, "The client can verify signatures with none of the server's keys.");
        }

        return credential is not null;
    }

    private static bool TryFindScheme(Credential credential, SelectCredentialsQuestion question, out SignatureScheme scheme)
    {
        foreach (var offered in question.SignatureSchemes)
        {
            if (credential.SignatureSchemes.Contains(offered))
            {
                scheme = offered;
                return true;
            }
        }

        scheme = default;
        return false;
    }

    private static void WriteSelectedVersion(MessageWriter writer)
    {
        var version = writer.Begin(ExtensionType.SupportedVersions);
        writer.UInt16(ServerHello.Tls13);
        writer.End16(version);
    }

    private static List<SslApplicationProtocol> ApplicationProtocols(ReadOnlySpan<byte> list)
    {
        var protocols = new List<SslApplicationProtocol>();
        var reader = new MessageReader(list);
        while (protocols.Count < MaxApplicationProtocols && reader.TryVector8(out var name))
        {
            protocols.Add(name.SequenceEqual("h3"u8) ? SslApplicationProtocol.Http3 : new SslApplicationProtocol(name.ToArray()));
        }

        return protocols;
    }

    private static List<SignatureScheme> Known(UInt16List offered, Func<SignatureScheme, bool> isKnown)
    {
        var schemes = new List<SignatureScheme>();
        for (var i = 0; i < offered.Count; i++)
        {
            var scheme = (SignatureScheme)offered[i];
            if (isKnown(scheme) && !schemes.Contains(scheme))
            {
                schemes.Add(scheme);
            }
        }

        return schemes;
    }
}
