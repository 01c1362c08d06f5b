using HyperGen.Quic.Tests.Support;
using HyperGen.Tls;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Early data that somebody recorded and sends again: RFC 9001 section 9.2.</summary>
public sealed class ReplayTests : HostileTest
{
    [Theory]
    [Against(Threat.EarlyDataReplay)]
    [InlineData(false)]
    [InlineData(true)]
    public void Early_data_that_is_replayed_is_read_once(bool isConnectionGone)
    {
        var lab = new EarlyDataLab(3);
        var world = Attack(lab.World);
        var session = lab.Earn();

        // What an owner does, across all of its endpoints and with an end to it: the same binder is the same ClientHello.
        var seen = new HashSet<string>();
        var (asked, refused) = (0, 0);
        world.Server.AdmitsEarlyData = (connection, question) =>
        {
            asked++;
            var isNew = seen.Add(Convert.ToHexString(question.Binder.Span));
            if (!isNew) refused++;
            return isNew && connection.MayAdmitEarlyData(question);
        };

        var recorded = new List<byte[]>();
        world.Link.Drop = (isToServer, bytes) =>
        {
            if (isToServer && recorded.Count < 4) recorded.Add(bytes);
            return false;
        };
        var requests = new Requests(3, 500, 3);
        var client = lab.Connect(session, requests);
        world.RunUntil(() => requests.Completed == 3, TimeSpan.FromSeconds(10));
        Assert.Equal((EarlyDataState.Accepted, 1, 0), (client.EarlyData, asked, refused));
        Assert.Equal([true, true, true], lab.Early);
        world.Link.Drop = null;
        if (isConnectionGone)
        {
            world.Client.Connections.ForEach(connection => connection.Close(world.Now, 0));
            world.RunFor(TimeSpan.FromSeconds(10));
            Assert.Equal(0, world.Server.Endpoint.Count);
        }

        for (ushort i = 0; i < 20; i++)
        {
            var from = NetworkAddress.FromIPv4(0x0B000001, (ushort)(1000 + i));
            foreach (var datagram in recorded) world.Link.Send(world.Now, toServer: true, from, World.ServerAddress, EcnCodepoint.NotEct, datagram);
            world.RunFor(TimeSpan.FromSeconds(1));
        }

        // While the connection lives, or a replay of it is in its handshake, all of this is duplicates; later it is a stranger's, and is refused.
        Assert.Equal(3, lab.Early.Count);
        if (isConnectionGone) Assert.InRange(refused, 1, 20);
        else Assert.Equal((1, 0), (asked, refused));
    }
}
