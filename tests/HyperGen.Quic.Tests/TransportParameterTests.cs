using HyperGen.Quic.Parameters;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests;

/// <summary>What transport parameters may be, and what they must agree with: RFC 9000 sections 7.3 and 7.4.</summary>
public sealed class TransportParameterTests
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
    //= type=test
    //# The values provided by a peer for these transport parameters MUST match the
    //# values that an endpoint used in the Destination and Source Connection ID
    //# fields of Initial packets that it sent (and received, for servers).
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
    //= type=test
    //# Endpoints MUST validate that received transport parameters match received
    //# connection ID values.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
    //= type=test
    //# An endpoint MUST treat the absence of the initial_source_connection_id
    //# transport parameter from either endpoint or the absence of the
    //# original_destination_connection_id transport parameter from the server as a
    //# connection error of type TRANSPORT_PARAMETER_ERROR.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
    //= type=test
    //# An endpoint MUST treat the following as a connection error of type
    //# TRANSPORT_PARAMETER_ERROR or PROTOCOL_VIOLATION
    [Theory]
    [InlineData("original_destination_connection_id", false, false)]
    [InlineData("original_destination_connection_id", true, false)]
    [InlineData("initial_source_connection_id", false, false)]
    [InlineData("initial_source_connection_id", true, false)]
    [InlineData("retry_source_connection_id", true, false)]
    [InlineData("retry_source_connection_id", false, true)]
    [InlineData("retry_source_connection_id", true, true)]
    public void A_client_ends_a_handshake_whose_connection_IDs_were_tampered_with(string parameter, bool isPresent, bool retry)
    {
        var requests = new Requests(1, 1, 1);
        var world = new World(1, new(), _ => requests, static _ => new Echo());
        ConnectionId? wrong = isPresent ? new ConnectionId([1, 2, 3, 4, 5, 6, 7, 8]) : null;
        world.Server.Configure(options => options with
        {
            Retry = retry ? RetryPolicy.Always : RetryPolicy.Never,
            CreateServerHandshake = encoded =>
            {
                Assert.False(TransportParameters.TryRead(encoded.Span, Role.Server, out var parameters).IsError);
                if (parameter[0] == 'o') parameters.OriginalDestinationConnectionId = wrong;
                else if (parameter[0] == 'i') parameters.InitialSourceConnectionId = wrong;
                else parameters.RetrySourceConnectionId = wrong;
                var changed = new byte[TransportParameters.MaxEncodedLength];
                return TestTls.Server(changed.AsMemory(0, parameters.Write(changed)), world.Server.Random);
            },
        });
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Closed.Kind != CloseKind.None, TimeSpan.FromSeconds(5));
        Assert.Equal((CloseKind.ByTransport, (long)TransportErrorCode.TransportParameterError), (requests.Closed.Kind, requests.Closed.ErrorCode));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4
    //= type=test
    //# An endpoint MUST treat receipt of a transport parameter with an invalid value
    //# as a connection error of type TRANSPORT_PARAMETER_ERROR.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
    //= type=test
    //# the connection MUST be closed immediately with a connection error of type
    //# TRANSPORT_PARAMETER_ERROR if the offending value was received in a transport
    //# parameter
    [Theory]
    [InlineData("original_destination_connection_id of 21 bytes", "0015000102030405060708090a0b0c0d0e0f1011121314")]
    [InlineData("stateless_reset_token of 15 bytes", "020f000102030405060708090a0b0c0d0e")]
    [InlineData("max_udp_payload_size of 1199", "030244af")]
    [InlineData("initial_max_data with a byte too many", "04020100")]
    [InlineData("initial_max_data of no bytes", "0400")]
    [InlineData("initial_max_streams_bidi above 2^60", "0808d000000000000001")]
    [InlineData("initial_max_streams_uni above 2^60", "0908d000000000000001")]
    [InlineData("ack_delay_exponent of 21", "0a0115")]
    [InlineData("max_ack_delay of 2^14", "0b0480004000")]
    [InlineData("disable_active_migration with a value", "0c0100")]
    [InlineData("preferred_address without a connection ID", "0d29" + "000000000000000000000000000000000000000000000000" + "00" + "00000000000000000000000000000000")]
    [InlineData("active_connection_id_limit of 1", "0e0101")]
    [InlineData("a length beyond the end", "0405")]
    public void A_value_out_of_range_is_an_error(string what, string hex)
    {
        Assert.NotEmpty(what);
        Assert.Equal(TransportErrorCode.TransportParameterError, TransportParameters.TryRead(Convert.FromHexString(hex), Role.Server, out _).Code);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4
    //= type=test
    //# An endpoint SHOULD treat receipt of duplicate transport parameters as a
    //# connection error of type TRANSPORT_PARAMETER_ERROR.
    [Fact]
    public void A_parameter_that_comes_twice_is_an_error()
    {
        Assert.False(TransportParameters.TryRead([4, 1, 7, 5, 1, 7], Role.Server, out _).IsError);
        Assert.Equal(TransportErrorCode.TransportParameterError, TransportParameters.TryRead([4, 1, 7, 5, 1, 7, 4, 1, 7], Role.Server, out _).Code);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4
    //= type=test
    //# An endpoint MUST NOT send a parameter more than once in a given transport
    //# parameters extension.
    [Fact]
    public void No_parameter_is_written_twice()
    {
        var encoded = new byte[TransportParameters.MaxEncodedLength];
        var id = new ConnectionId([1, 2, 3, 4]);
        var parameters = new TransportParameters
        {
            OriginalDestinationConnectionId = id,
            InitialSourceConnectionId = id,
            RetrySourceConnectionId = id,
            StatelessResetToken = new(1, 2),
            MaxIdleTimeout = TimeSpan.FromSeconds(1),
            MaxUdpPayloadSize = 1500,
            InitialMaxData = 1,
            InitialMaxStreamDataBidiLocal = 1,
            InitialMaxStreamDataBidiRemote = 1,
            InitialMaxStreamDataUni = 1,
            InitialMaxStreamsBidi = 1,
            InitialMaxStreamsUni = 1,
            AckDelayExponent = 4,
            MaxAckDelay = TimeSpan.FromMilliseconds(1),
            DisableActiveMigration = true,
            PreferredAddress = new(NetworkAddress.FromIPv4(1, 2), null, id, new(3, 4)),
            MaxDatagramFrameSize = 1,
            ActiveConnectionIdLimit = 3,
            VersionInformation = VersionInformation.Of(QuicVersion.V1, QuicVersion.All, 7),
        };
        var reader = new WireReader(encoded.AsSpan(0, parameters.Write(encoded)));
        var ids = new List<long>();
        while (reader.TryReadVarInt(out var next) && reader.TryReadPrefixed(out _)) ids.Add(next);
        Assert.Equal(19, ids.Count);
        Assert.Equal(19, ids.Distinct().Count());
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.2
    //= type=test
    //# An endpoint MUST ignore transport parameters that it does not support.
    [Theory]
    [InlineData("1b03010203")]
    [InlineData("1200")]
    [InlineData("7fff00")]
    [InlineData("ffffffffffffffff0401020304")]
    public void An_unknown_parameter_is_ignored(string hex)
    {
        var unknown = Convert.FromHexString(hex);
        Assert.False(TransportParameters.TryRead([.. unknown, 4, 1, 7], Role.Server, out var read).IsError);
        Assert.Equal(7, read.InitialMaxData);
    }
}
