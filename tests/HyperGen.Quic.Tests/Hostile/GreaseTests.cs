using HyperGen.Quic.Frames;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Values that mean nothing, wherever a server may send such: a client that trips over one is what they are there to find.</summary>
public sealed class GreaseTests : HostileTest
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.2
    //= type=test
    //# An endpoint MUST ignore transport parameters that it does not support.
    [Fact]
    [Against(Threat.Grease)]
    public void A_client_ignores_parameters_versions_and_ticket_extensions_that_mean_nothing()
    {
        var reserved = new byte[200];
        var writer = new WireWriter(reserved);
        foreach (var (id, length) in new[] { (27L, 0), (31 * 5 + 27L, 7), ((31L << 40) + 27, 63), (0x3fff_ffff_ffff_fff0, 1), (0x7f, 20) })
        {
            writer.WriteVarInt(id);
            writer.WriteVarInt(length);
            writer.WriteZeros(length);
        }

        var versions = new List<uint> { 0x1a2a3a4a, QuicVersion.V1.Number, 0xfafafafa, 0xdeadbeef };
        var server = Attack(new RawServer(
            parameters => parameters.VersionInformation = new(QuicVersion.V1.Number, versions), moreParameters: reserved[..writer.Position]));
        server.Connect();

        // NewSessionTicket: an hour, age_add, a nonce, a ticket, and extensions of which none is known.
        byte[] body = [0, 0, 14, 16, 1, 2, 3, 4, 1, 9, 0, 3, 7, 7, 7, 0, 9, 0x0a, 0x0a, 0, 1, 0, 0xfa, 0xfa, 0, 0];
        server.Send(frames => frames.Integers(0x06, 0, 4 + body.Length).Bytes(4, 0, 0, (byte)body.Length).Bytes(body));
        server.Send([(byte)FrameType.Ping]);
        Assert.Equal((ConnectionState.Established, default(CloseReason)), (server.Client.State, server.Client.CloseReason));
        server.Client.TryOpenStream()!.Write([1, 2]);
        server.Exchange();
        Assert.Contains(server.Frames, static frame => frame.Type == FrameType.Stream);
    }

    /// <summary>Of Version Negotiation, reserved versions are no reason to go on and none to end while one we speak is among them.</summary>
    [Fact]
    [Against(Threat.Grease)]
    public void A_client_ignores_a_Version_Negotiation_packet_with_reserved_versions_and_its_own()
    {
        var server = Attack(new RawServer());
        var id = server.Client.InitialDestinationId;
        byte[] packet = [0xea, 0, 0, 0, 0, (byte)server.Client.FirstLocalId.Length, .. server.Client.FirstLocalId.Span, (byte)id.Length, .. id.Span,
            0x1a, 0x2a, 0x3a, 0x4a, 0, 0, 0, 1, 0xfa, 0xfa, 0xfa, 0xfa];
        server.ClientEndpoint.HandleDatagram(server.Now, RawServer.Path, EcnCodepoint.NotEct, packet);
        server.Connect();
    }

    /// <summary>Frame types have no reserved ones: what is unknown there is an error, RFC 9000 section 12.4.</summary>
    [Theory]
    [Against(Threat.Grease)]
    [InlineData(0x21)]
    [InlineData(0x3f)]
    [InlineData(31 * 100 + 27)]
    public void A_frame_type_that_means_nothing_is_an_error_all_the_same(long type)
    {
        var server = Attack(new RawServer());
        server.Connect();
        server.Send(frames => frames.Integers(type, 0));
        server.ExpectClose(TransportErrorCode.FrameEncodingError);
    }
}
