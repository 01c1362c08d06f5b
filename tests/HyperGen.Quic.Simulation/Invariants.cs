using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Simulation;

/// <summary>What holds at every step of every run, whatever the link does: measured beside the transport rather than asked of it where that can be.</summary>
internal sealed class Invariants
{
    private readonly World _world;
    private readonly Plan _plan;
    private readonly Dictionary<NetworkAddress, Address> _addresses = [];
    private long _inFlight;
    private long _window;
    private int _probes;

    public Invariants(World world, Plan plan)
    {
        _world = world;
        _plan = plan;
        world.Arriving = OnArriving;
        world.Stepped = OnStepped;
        foreach (var node in new[] { world.Client, world.Server })
        {
            node.Transmitting = OnTransmitting;
            node.OnTransmit = (connection, transmit) => OnTransmit(node, connection, transmit);
        }
    }

    /// <summary>The largest number of pages that one end had in use.</summary>
    public int MaxPages { get; private set; }

    private void OnArriving(Datagram datagram)
    {
        if (!datagram.ToServer)
        {
            AddressOf(datagram.To).Heard = true;
            return;
        }

        var address = AddressOf(datagram.From);
        address.Received += datagram.Length;

        // Whoever speaks with keys that only a reader of the server's first flight has is there.
        address.Validated |= HoldsProof(datagram.Bytes);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.3
        //= type=test
        //# A PATH_RESPONSE
        //# frame received on any network path validates the path on which the
        //# PATH_CHALLENGE was sent.
        // So does whoever heard the server at one of its addresses and answers from another.
        foreach (var heard in _addresses.Values) heard.Validated |= heard.Heard;
    }

    private static bool HoldsProof(ReadOnlySpan<byte> datagram)
    {
        while (PacketHeader.TryRead(datagram, 8, out var header))
        {
            if (header.Type == PacketType.Handshake || (header.Type == PacketType.Initial && !header.Token.IsEmpty)) return true;
            datagram = datagram[header.End..];
        }

        return false;
    }

    private void OnTransmitting(Connection connection)
    {
        _inFlight = connection.Recovery.Controller.BytesInFlight;
        _window = connection.Recovery.Controller.Window;
        _probes = connection.ProbesDue;
    }

    private void OnTransmit(Node node, Connection? connection, Transmit transmit)
    {
        if (node == _world.Server)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
            //= type=test
            //# Prior to validating the client address, servers MUST NOT send more than three
            //# times as many bytes as the number of bytes they have received.
            var address = AddressOf(transmit.Path.Remote);
            address.Sent += transmit.Length;
            Check(address.Validated || address.Sent <= 3 * address.Received, $"sent {address.Sent} bytes for {address.Received} to an address not validated");
        }

        if (connection is null) return;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7
        //= type=test
        //# An endpoint MUST NOT send a packet if it would cause bytes_in_flight
        //# (see Appendix B.2) to be larger than the congestion window
        var inFlight = connection.Recovery.Controller.BytesInFlight;
        var allowed = Math.Max(_window, _inFlight) + (_probes * transmit.SegmentSize);

        // A client's Initial packet that only acknowledges is padded, and so in flight; it is owed whatever the window.
        if (connection is { Role: Role.Client, IsHandshakeConfirmed: false }) allowed += Connection.MinDatagramSize;
        Check(inFlight <= allowed, $"{inFlight} bytes in flight where {allowed} may be: window {_window}, probes {_probes}, before {_inFlight}");
        Check(connection.IsWithinLimits, "a flow control limit of the peer's was overrun");
    }

    private void OnStepped()
    {
        foreach (var node in new[] { _world.Client, _world.Server })
        {
            foreach (var connection in node.Connections) CheckTimers(connection);
            MaxPages = Math.Max(MaxPages, node.Endpoint.PagesInUse);
        }

        // What the ends write bounds what can be buffered; each stream may have a page begun in each direction, and the handshake has a few.
        var bound = (2 * _plan.MaxBytes / Streams.PagePool.SmallPage) + (2 * _plan.Total) + 64;
        Check(MaxPages <= bound, $"{MaxPages} pages are in use where {bound} may be");
    }

    private void CheckTimers(Connection connection)
    {
        if (connection.State == ConnectionState.Drained) return;
        Check(!connection.NextTimeout.IsNever, "a connection has no timer at all");
        if (connection.State is not (ConnectionState.Handshaking or ConnectionState.Established)) return;
        var recovery = connection.Recovery;
        if (recovery.AtAmplificationLimit) return;
        var outstanding = recovery.HasAckElicitingInFlight(PacketNumberSpaceId.Initial) || recovery.HasAckElicitingInFlight(PacketNumberSpaceId.Handshake);

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
        //= type=test
        //# An endpoint MUST NOT set its PTO timer for the Application Data
        //# packet number space until the handshake is confirmed.
        outstanding |= recovery.HandshakeConfirmed && recovery.HasAckElicitingInFlight(PacketNumberSpaceId.ApplicationData);

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2.1
        //= type=test
        //# That is,
        //# the client MUST set the PTO timer if the client has not received
        //# an acknowledgment for any of its Handshake packets and the handshake
        //# is not confirmed
        outstanding |= connection.Role == Role.Client && !recovery.ReceivedHandshakeAck && !recovery.HandshakeConfirmed;
        Check(!outstanding || !recovery.Timer.IsNever, "something is outstanding and no loss detection timer is set");
    }

    private Address AddressOf(NetworkAddress address)
    {
        if (!_addresses.TryGetValue(address, out var found)) _addresses[address] = found = new();
        return found;
    }

    private void Check(bool holds, string what)
    {
        if (!holds) Assert.Fail($"at {_world.Now.Ticks / 10_000.0} ms: {what}");
    }

    private sealed class Address
    {
        public long Received;
        public long Sent;
        public bool Heard;
        public bool Validated;
    }
}
