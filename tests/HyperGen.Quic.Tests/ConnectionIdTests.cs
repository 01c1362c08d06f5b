using HyperGen.Quic.Admission;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Tests;

/// <summary>Connection IDs issued, used and retired: RFC 9000 section 5.1.</summary>
public sealed class ConnectionIdTests
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1
    //= type=test
    //# Connection IDs MUST NOT contain any information that can be used by an
    //# external observer (that is, one that does not cooperate with the issuer) to
    //# correlate them with other connection IDs for the same connection.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1
    //= type=test
    //# the same connection ID MUST NOT be issued more than once on the same
    //# connection.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
    //= type=test
    //# The sequence number on each newly issued connection ID MUST increase by 1.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
    //= type=test
    //# An endpoint SHOULD supply a new connection ID when the peer retires a
    //# connection ID.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //= type=test
    //# Endpoints SHOULD NOT issue updates of the Retire Prior To field before
    //# receiving RETIRE_CONNECTION_ID frames that retire all connection IDs
    //# indicated by the previous Retire Prior To value.
    [Fact]
    public void Each_retired_ID_is_replaced_by_a_new_one_that_has_nothing_in_common_with_the_others()
    {
        var client = new RawClient(static parameters => parameters.ActiveConnectionIdLimit = 3).Connect();
        var first = client.DestinationId;
        for (var i = 0; i < 62; i++)
        {
            client.DestinationId = client.IssuedIds[i].Span.ToArray();
            var sequence = i;
            client.Send(frames => frames.Integers((long)FrameType.RetireConnectionId, sequence));
        }

        var issued = client.Frames.Where(static frame => frame.Type == FrameType.NewConnectionId).ToArray();
        Assert.Equal(Enumerable.Range(1, 64).Select(static i => (long)i), issued.Select(static frame => frame.Id));
        Assert.All(issued, static frame => Assert.Equal(0, frame.Value));
        byte[][] ids = [first, .. client.IssuedIds.Select(static id => id.Span.ToArray())];
        Assert.Equal(65, ids.Select(Convert.ToHexString).Distinct().Count());

        // Of 65 random bytes about 57 differ; a common part, a counter's upper byte, or a shared prefix would be one value.
        for (var i = 0; i < 8; i++) Assert.InRange(ids.Select(id => id[i]).Distinct().Count(), 45, 65);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
    //= type=test
    //# An endpoint MUST NOT provide more connection IDs than the peer's limit.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
    //= type=test
    //# An endpoint SHOULD ensure that its peer has a sufficient number of available
    //# and unused connection IDs.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
    //= type=test
    //# When an endpoint issues a connection ID, it MUST accept packets that carry
    //# this connection ID for the duration of the connection or until its peer
    //# invalidates the connection ID via a RETIRE_CONNECTION_ID frame
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //= type=test
    //# The endpoint SHOULD continue to accept the previously issued connection IDs
    //# until they are retired by the peer.
    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 3)]
    public void As_many_IDs_as_the_peer_takes_are_issued_and_all_of_them_lead_to_the_connection(int limit, int expected)
    {
        var client = new RawClient(parameters => parameters.ActiveConnectionIdLimit = limit).Connect();
        Assert.Equal(expected, client.IssuedIds.Count);
        byte[][] ids = [client.DestinationId, .. client.IssuedIds.Select(static id => id.Span.ToArray())];
        for (var round = 0; round < 3; round++)
        {
            foreach (var id in ids)
            {
                var before = client.Server!.Statistics.PacketsReceived;
                client.DestinationId = id;
                client.Send([0x01]);
                Assert.Equal(before + 1, client.Server.Statistics.PacketsReceived);
            }

            client.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(expected, client.IssuedIds.Distinct().Count());
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
    //= type=test
    //# After processing a NEW_CONNECTION_ID frame and adding and retiring active
    //# connection IDs, if the number of active connection IDs exceeds the value
    //# advertised in its active_connection_id_limit transport parameter, an endpoint
    //# MUST close the connection with an error of type CONNECTION_ID_LIMIT_ERROR.
    [Fact]
    public void One_ID_more_than_the_limit_ends_the_connection()
    {
        var client = new RawClient().Connect();
        for (var i = 1; i < 4; i++) Issue(client, i, 0);
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        Issue(client, 4, 1);
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        Issue(client, 5, 1);
        client.ExpectClose(TransportErrorCode.ConnectionIdLimitError);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //= type=test
    //# Upon receipt of an increased Retire Prior To field, the peer MUST stop using
    //# the corresponding connection IDs and retire them with RETIRE_CONNECTION_ID
    //# frames before adding the newly provided connection ID to the set of active
    //# connection IDs.
    [Fact]
    public void IDs_to_be_retired_are_retired_and_not_used_again()
    {
        var client = new RawClient().Connect();
        for (var i = 1; i < 4; i++) Issue(client, i, 0);
        Assert.Equal(client.SourceId, client.AddressedTo);
        Issue(client, 4, 3);
        Assert.Equal([0, 1, 2], client.Frames.Where(static frame => frame.Type == FrameType.RetireConnectionId).Select(static frame => frame.Value).Order());
        Assert.Equal(Id(3), client.AddressedTo);
        for (var i = 0; i < 3; i++)
        {
            client.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(Id(3), client.AddressedTo);
        }

        Issue(client, 5, 5);
        Assert.Equal(Id(5), client.AddressedTo);
    }

    /// <summary>
    /// The ID that took the place of the only one counted as unused, so that the new path got it as well; and the path that was left still named the one it
    /// had begun with, so that the one in use was never given back.
    /// </summary>
    [Fact]
    public void A_path_that_was_left_gives_back_the_ID_that_the_peer_had_replaced_its_first_one_with()
    {
        var client = new RawClient().Connect();
        var original = client.Server!.Path;
        Issue(client, 1, 1);
        Issue(client, 2, 1);
        client.DestinationId = client.IssuedIds[0].Span.ToArray();
        var elsewhere = new NetworkPath(NetworkAddress.FromIPv4(0x0A000063, 50_001), original.Local);
        client.Frames.Clear();
        client.Deliver(client.Packet(PacketNumberSpaceId.ApplicationData, [0x01, .. new byte[1200]]), elsewhere);
        Assert.Equal((elsewhere, 2), (client.Server.Path, client.Frames.Count(static frame => frame.Type == FrameType.PathChallenge)));
        foreach (var challenge in client.Frames.Where(static frame => frame.Type == FrameType.PathChallenge).ToArray())
        {
            var answer = BitConverter.GetBytes(challenge.Value).Reverse().ToArray();
            client.Deliver(client.Packet(PacketNumberSpaceId.ApplicationData, [0x1b, .. answer, .. new byte[1200]]), challenge.Path);
        }

        Assert.Equal(elsewhere, client.Server.Path);
        client.Deliver(client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]), elsewhere);
        client.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(Id(2), client.AddressedTo);
        Assert.Equal(1, Assert.Single(client.Frames, static frame => frame.Type == FrameType.RetireConnectionId).Value);

        // A frame that comes again does not bring it back, which would leave room for one ID less.
        Issue(client, 1, 0);
        for (var sequence = 3; sequence <= 1 + RemoteConnectionIds.MaxActive; sequence++) Issue(client, sequence, 0);
        Assert.Equal(ConnectionState.Established, client.Server.State);
    }

    /// <summary>A frame that was repeated, because its acknowledgment was lost, brings nothing back that was used and given up meanwhile.</summary>
    [Fact]
    public void An_ID_that_was_given_back_stays_gone()
    {
        var client = new RawClient().Connect();
        var ids = new RemoteConnectionIds(new(new(new(new byte[KeyedHash.KeyLength]))), client.Server!);
        var issued = new NewConnectionIdFrame(1, 0, new([1, 1, 1, 1]), default);
        ids.SetFirst(new([1, 1, 1, 0]));
        Assert.False(ids.OnNewConnectionId(issued).IsError);
        Assert.True(ids.TryTake(out var taken) && taken == 1);
        ids.GiveBack(1);
        Assert.True(ids.TryTakeRetire(out var retired) && retired == 1);
        ids.OnRetireAcked(1);
        Assert.False(ids.OnNewConnectionId(issued).IsError);
        Assert.False(ids.TryTake(out _));
        Assert.Equal(0, ids.Retiring);
    }

    private static byte[] Id(int sequence) => [0xC1, 0xC2, 0xC3, (byte)sequence];

    private static void Issue(RawClient client, int sequence, int retirePriorTo) =>
        client.Send(frames => frames.Integers(0x18, sequence, retirePriorTo).Bytes([4, .. Id(sequence), .. new byte[16]]));
}
