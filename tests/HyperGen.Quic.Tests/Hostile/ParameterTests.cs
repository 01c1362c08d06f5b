using HyperGen.Tls.Messages;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Transport parameters and protocols that a ClientHello should not have, or should.</summary>
public sealed class ParameterTests : HostileTest
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4
    //= type=test
    //# An endpoint MUST treat receipt of a transport parameter with an invalid
    //# value as a connection error of type TRANSPORT_PARAMETER_ERROR.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# A server MUST treat receipt of any of these transport parameters as a
    //# connection error of type TRANSPORT_PARAMETER_ERROR.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# An endpoint that receives a value less than 2 MUST close the connection with
    //# an error of type TRANSPORT_PARAMETER_ERROR.
    [Theory]
    [Against(Threat.ParametersOfServers)]
    [InlineData(0x00)]
    [InlineData(0x02)]
    [InlineData(0x0a)]
    [InlineData(0x0d)]
    [InlineData(0x0e)]
    [InlineData(0x10)]
    public void A_client_may_not_send_parameters_of_servers(int id)
    {
        var client = Attack(new RawClient(parameters =>
        {
            switch (id)
            {
                case 0x00:
                    parameters.OriginalDestinationConnectionId = new([1, 2, 3]);
                    break;
                case 0x02:
                    parameters.StatelessResetToken = new(1, 2);
                    break;
                case 0x0d:
                    parameters.PreferredAddress = new(NetworkAddress.FromIPv4(0x0A000003, 1), null, new([1, 2, 3]), new(1, 2));
                    break;
                case 0x0e:
                    parameters.ActiveConnectionIdLimit = 1;
                    break;
                case 0x10:
                    parameters.RetrySourceConnectionId = new([1, 2, 3]);
                    break;
                default:
                    parameters.AckDelayExponent = 21;
                    break;
            }
        })).Start();
        client.ExpectClose(TransportErrorCode.TransportParameterError);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
    //= type=test
    //# Endpoints MUST validate that received transport parameters match received
    //# connection ID values.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-7
    //= type=test
    //# Implementations SHOULD use caution in relying on any data that is contained in Initial
    //# packets that is not otherwise authenticated.
    [Fact]
    [Against(Threat.MissingParameters)]
    public void A_connection_ID_in_the_parameters_that_is_not_the_packets_is_refused()
    {
        var client = Attack(new RawClient(static parameters => parameters.InitialSourceConnectionId = new([9, 9, 9, 9]))).Start();
        client.ExpectClose(TransportErrorCode.TransportParameterError);
        client = Attack(new RawClient(static parameters => parameters.InitialSourceConnectionId = null)).Start();
        client.ExpectClose(TransportErrorCode.TransportParameterError);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.1
    //= type=test
    //# When using ALPN, endpoints MUST immediately close a connection (see Section
    //# 10.2 of [QUIC-TRANSPORT]) with a no_application_protocol TLS alert (QUIC error
    //# code 0x0178; see Section 4.8) if an application protocol is not negotiated.
    [Theory]
    [Against(Threat.MissingProtocol)]
    [InlineData("")]
    [InlineData("0003026839")]
    public void A_client_without_a_protocol_of_ours_is_refused(string protocols)
    {
        var client = Attack(new RawClient
        {
            ChangeHello = message => Change(message, hello =>
            {
                if (protocols.Length == 0) hello.Remove(ExtensionType.ApplicationLayerProtocolNegotiation);
                else hello[ExtensionType.ApplicationLayerProtocolNegotiation] = Convert.FromHexString(protocols);
            }),
        }).Start();
        client.ExpectClose((TransportErrorCode)0x178);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.2
    //= type=test
    //# endpoints that receive ClientHello or
    //# EncryptedExtensions messages without the quic_transport_parameters extension
    //# MUST close the connection with an error of type 0x016d
    [Fact]
    [Against(Threat.MissingParameters)]
    public void A_client_without_transport_parameters_is_refused()
    {
        var client = Attack(new RawClient { ChangeHello = static message => Change(message, static hello => hello.Remove(ExtensionType.QuicTransportParameters)) }).Start();
        client.ExpectClose((TransportErrorCode)0x16d);
    }

    /// <summary>Parameters in hexadecimal that are not what they should be, or come twice.</summary>
    [Theory]
    [Against(Threat.MissingParameters)]
    [InlineData("")]
    [InlineData("0104")]
    [InlineData("01")]
    [InlineData("0F04C1C2C3C4 0F04C1C2C3C4")]
    [InlineData("0F04C1C2C3C4 0404C0000000")]
    [InlineData("0F04C1C2C3C4 0302 44AF")]
    [InlineData("0F04C1C2C3C4 0B04 80004000")]
    [InlineData("0F15000102030405060708090A0B0C0D0E0F1011121314")]
    [InlineData("0F04C1C2C3C4 0C0100")]
    [InlineData("0F04C1C2C3C4 0808D000000000000001")]
    public void Malformed_transport_parameters_are_a_parameter_error(string parameters)
    {
        var bytes = Convert.FromHexString(parameters.Replace(" ", "", StringComparison.Ordinal));
        var client = Attack(new RawClient { ChangeHello = message => Change(message, hello => hello[ExtensionType.QuicTransportParameters] = bytes) }).Start();
        client.ExpectClose(TransportErrorCode.TransportParameterError);
    }

    private static byte[] Change(byte[] message, Action<Hello> change)
    {
        var hello = Hello.Read(message);
        change(hello);
        return hello.ToMessage();
    }
}
