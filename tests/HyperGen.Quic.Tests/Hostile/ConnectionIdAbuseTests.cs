using System.Reflection;

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
        var hash = ComparerOf<ConnectionId>(client.ServerEndpoint, "_connections");
        var buckets = new int[64];
        var buffer = new byte[Transmit.MaxLength];
        var answers = 0;
        for (var i = 0; i < 6400; i++)
        {
            // Eight bytes of which only the last differ.
            var packet = new byte[50];
            packet[0] = 0x40;
            BitConverter.TryWriteBytes(packet.AsSpan(1), (long)i << 40);
            buckets[(uint)hash.GetHashCode(new(packet.AsSpan(1, 8))) % 64]++;
            Assert.Null(client.ServerEndpoint.HandleDatagram(client.Now, RawClient.Path, EcnCodepoint.NotEct, packet));
            while (client.ServerEndpoint.TryTransmit(buffer, out _)) answers++;
        }

        Assert.All(buckets, static count => Assert.InRange(count, 50, 160));
        Assert.InRange(answers, 1, 1000);
        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }

    /// <summary>Connection IDs, reset tokens and addresses: each endpoint hashes them under a key of its own.</summary>
    [Fact]
    [Against(Threat.ConnectionIdHashFlood)]
    public void No_two_endpoints_hash_alike_what_strangers_choose()
    {
        var (one, other) = (Attack(new RawClient()).ServerEndpoint, Honest.Server());
        ConnectionId[] ids = [new([1, 2, 3, 4, 5, 6, 7, 8]), new([1, 2, 3, 4]), new(new byte[16])];
        foreach (var id in ids)
        {
            Differ<ConnectionId>(static endpoint => endpoint, "_connections", id);
            Differ<ConnectionId>(static endpoint => endpoint.ResetTokens, "_connections", id);
        }

        Differ<UInt128>(static endpoint => ValueOf(endpoint, "_sources"), "_uses", 0x0A000001);

        void Differ<T>(Func<Endpoint, object> owner, string map, T value)
            where T : notnull =>
            Assert.NotEqual(ComparerOf<T>(owner(one), map).GetHashCode(value), ComparerOf<T>(owner(other), map).GetHashCode(value));
    }

    private static object ValueOf(object owner, string field) =>
        owner.GetType().GetField(field, BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(owner)!;

    /// <summary>What a map is searched with. No answer of an endpoint tells, other than by the time it takes.</summary>
    private static IEqualityComparer<T> ComparerOf<T>(object owner, string map)
        where T : notnull
    {
        var value = ValueOf(owner, map);
        return (IEqualityComparer<T>)value.GetType().GetProperty(nameof(Dictionary<,>.Comparer))!.GetValue(value)!;
    }
}
