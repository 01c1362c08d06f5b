namespace HyperGen.Quic.Tests.Hostile;

/// <summary>What somebody gets a server to send to an address that is not known to be his.</summary>
public sealed class AmplificationTests : HostileTest
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# Prior to validating the client address, servers MUST NOT send more than three
    //# times as many bytes as the number of bytes they have received.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
    //= type=test
    //# The server MUST also limit the number of bytes it sends before validating the
    //# address of the client
    [Fact]
    [Against(Threat.Amplification)]
    public void A_silent_client_gets_no_more_than_three_times_its_Initial_whatever_the_probe_timeouts()
    {
        var silent = Attack(new World(5, new(), static _ => new Echo(), static _ => new Echo()));
        long toClient = 0, toServer = 0;
        silent.Link.Drop = (isToServer, bytes) =>
        {
            if (isToServer) toServer += bytes.Length;
            else toClient += bytes.Length;

            // The first datagram reaches the server; nothing ever reaches the client, and the client's probes are lost too.
            return !isToServer || toServer > bytes.Length;
        };
        silent.Client.Connect(silent.Now, silent.Server);
        silent.RunFor(TimeSpan.FromSeconds(9));
        Assert.InRange(toClient, 1200, 3 * 1200);
        silent.RunFor(TimeSpan.FromMinutes(3));
        Assert.Equal(0, silent.Server.Endpoint.Count);
        Assert.Equal(0, silent.Server.Endpoint.HandshakeCount);
        Assert.Equal(0, silent.Server.Endpoint.PagesInUse);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# servers MUST count all of the payload bytes received in datagrams that are
    //# uniquely attributed to a single connection.
    [Fact]
    [Against(Threat.Amplification)]
    public void Bytes_of_a_datagram_that_cannot_be_opened_count_for_what_a_silent_client_gets()
    {
        var silent = Attack(new World(5, new(), static _ => new Echo(), static _ => new Echo()));
        long toClient = 0, toServer = 0;
        silent.Link.Drop = (isToServer, bytes) =>
        {
            if (isToServer) toServer += bytes.Length;
            else toClient += bytes.Length;
            return !isToServer || toServer > bytes.Length;
        };
        var id = silent.Client.Connect(silent.Now, silent.Server).InitialDestinationId;
        silent.RunFor(TimeSpan.FromSeconds(7));
        Assert.InRange(toClient, 1200, 3 * 1200);
        var before = toClient;
        silent.RunFor(TimeSpan.FromMilliseconds(500));
        Assert.Equal(before, toClient);

        byte[] garbage = [0xe0, 0, 0, 0, 1, (byte)id.Length, .. id.Span, 0, 0x44, 0, .. new byte[1200]];
        silent.Server.Receive(silent.Now, new(World.ClientAddress, World.ServerAddress), garbage);
        silent.RunFor(TimeSpan.FromSeconds(2));
        Assert.InRange(toClient, before + 1, 3 * (1200 + garbage.Length));
    }
}
