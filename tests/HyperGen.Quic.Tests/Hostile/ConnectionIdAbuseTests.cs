using HyperGen.Quic.Admission;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>What may be tried with connection IDs.</summary>
public sealed class ConnectionIdAbuseTests : HostileTest
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //= type=test
    //# An endpoint SHOULD limit the number of connection IDs it has retired locally
    //# for which RETIRE_CONNECTION_ID frames have not yet been acknowledged.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //= type=test
    //# An endpoint SHOULD allow for sending and tracking a number of
    //# RETIRE_CONNECTION_ID frames of at least twice the value of the
    //# active_connection_id_limit transport parameter.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //= type=test
    //# An endpoint MUST NOT forget a connection ID without retiring it
    [Fact]
    [Against(Threat.ConnectionIdChurn)]
    public void Connection_IDs_replaced_faster_than_their_retirement_is_acknowledged_end_the_connection()
    {
        var client = Attack(new RawClient()).Connect();
        var replaced = 0;
        for (; replaced < 40 && client.Server!.State == ConnectionState.Established; replaced++)
        {
            var sequence = replaced + 1;
            client.Send(frames => frames.Integers(0x18, sequence, sequence).Bytes(4, 1, 2, 3, (byte)sequence).Bytes(new byte[16]));
        }

        Assert.InRange(replaced, 1 + (2 * RemoteConnectionIds.MaxActive), 20);
        client.ExpectClose(TransportErrorCode.ConnectionIdLimitError);
    }

    [Fact]
    [Against(Threat.DuplicateConnectionId)]
    public void A_connection_ID_issued_twice_is_a_violation()
    {
        var client = Attack(new RawClient()).Connect();
        client.Send(static frames => frames.Integers(0x18, 1, 0).Bytes(4, 1, 2, 3, 4).Bytes(new byte[16]).Integers(0x18, 2, 0).Bytes(4, 1, 2, 3, 4).Bytes(new byte[16]));
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    [Fact]
    [Against(Threat.DuplicateConnectionId)]
    public void A_sequence_number_used_for_two_connection_IDs_is_a_violation()
    {
        var client = Attack(new RawClient()).Connect();
        client.Send(static frames => frames.Integers(0x18, 1, 0).Bytes(4, 1, 2, 3, 4).Bytes(new byte[16]));
        client.Send(static frames => frames.Integers(0x18, 1, 0).Bytes(4, 1, 2, 3, 4).Bytes(new byte[16]));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        client.Send(static frames => frames.Integers(0x18, 1, 0).Bytes(4, 5, 6, 7, 8).Bytes(new byte[16]));
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    /// <summary>Whoever knew the hash could have all packets of all connections searched for along one chain.</summary>
    [Fact]
    [Against(Threat.ConnectionIdHashFlood)]
    public void Connection_IDs_that_a_stranger_chooses_do_not_share_buckets_and_leave_nothing()
    {
        var client = Attack(new RawClient()).Connect();
        Span<byte> key = stackalloc byte[KeyedHash.KeyLength];
        new SeededRandom(9).Fill(key);
        var hash = new KeyedHash(key);
        var buckets = new int[64];
        var buffer = new byte[Transmit.MaxLength];
        var answers = 0;
        for (var i = 0; i < 6400; i++)
        {
            // Eight bytes of which only the last differ.
            var packet = new byte[50];
            packet[0] = 0x40;
            BitConverter.TryWriteBytes(packet.AsSpan(1), (long)i << 40);
            buckets[(uint)hash.Of(packet.AsSpan(1, 8)) % 64]++;
            Assert.Null(client.ServerEndpoint.HandleDatagram(client.Now, RawClient.Path, EcnCodepoint.NotEct, packet));
            while (client.ServerEndpoint.TryTransmit(buffer, out _)) answers++;
        }

        Assert.All(buckets, static count => Assert.InRange(count, 50, 160));
        Assert.InRange(answers, 1, 1000);
        new SeededRandom(10).Fill(key);
        Assert.NotEqual(hash.Of(buffer.AsSpan(0, 8)), new KeyedHash(key).Of(buffer.AsSpan(0, 8)));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }
}
