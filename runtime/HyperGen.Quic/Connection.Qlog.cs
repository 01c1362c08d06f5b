using HyperGen.Quic.Qlog;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>What the connection tells its qlog trace, when there is one.</summary>
internal sealed partial class Connection
{
    /// <summary>A forged packet costs its sender nothing, and a line in the trace costs us the disk.</summary>
    private const int MaxDropsLogged = 1000;

    private QlogTrace? _qlog;
    private bool _qlogAwaitsFirstPacket;
    private int _dropsLogged;
    private int _updatesLogged;

    /// <summary>At a client the trace begins with the connection, at a server with the first packet that opens.</summary>
    private void StartQlog(Timestamp now)
    {
        _qlogAwaitsFirstPacket = false;
        if (_endpoint.Options.Qlog is null) return;
        _qlog = new(now, Role, _originalDestinationId);
        _qlog.ConnectionStarted(now, _path.Path);
        if (_path.IsValidated) OpenQlog();
    }

    /// <summary>
    /// Gives the trace its place, once the peer is known to be where it says: anybody can seal an Initial packet, in any name, and there are only so many files.
    /// </summary>
    private void OpenQlog()
    {
        if (_qlog is not { IsHeld: true }) return;
        if (_endpoint.Options.Qlog!(Role, _originalDestinationId) is { } sink)
        {
            _qlog.WriteTo(sink);
            return;
        }

        _qlog.Dispose();
        _qlog = null;
    }

    private void Drop(Timestamp now, PacketType type, int length, ReadOnlySpan<byte> trigger)
    {
        Statistics.PacketsDropped++;
        if (_qlog is not null && _dropsLogged++ < MaxDropsLogged) _qlog.PacketDropped(now, type, length, trigger);
    }

    /// <summary>Tells of an update of the 1-RTT keys since it was last called.</summary>
    private void LogKeyPhase(Timestamp now, bool isLocal)
    {
        if (_qlog is null || _oneRtt!.Updates == _updatesLogged) return;
        _updatesLogged = _oneRtt.Updates;
        _qlog.KeyUpdated(now, "client_1rtt_secret"u8, isLocal ? "local_update"u8 : "remote_update"u8, _updatesLogged);
        _qlog.KeyUpdated(now, "server_1rtt_secret"u8, isLocal ? "local_update"u8 : "remote_update"u8, _updatesLogged);
    }

    private PacketType PacketTypeOf(PacketNumberSpaceId space) => space switch
    {
        PacketNumberSpaceId.Initial => PacketType.Initial,
        PacketNumberSpaceId.Handshake => PacketType.Handshake,
        _ => _oneRtt is null ? PacketType.ZeroRtt : PacketType.OneRtt,
    };

    private static ReadOnlySpan<byte> KeyTypeOf(Role side, PacketNumberSpaceId space) => (side, space) switch
    {
        (Role.Client, PacketNumberSpaceId.Initial) => "client_initial_secret"u8,
        (Role.Server, PacketNumberSpaceId.Initial) => "server_initial_secret"u8,
        (Role.Client, PacketNumberSpaceId.Handshake) => "client_handshake_secret"u8,
        (Role.Server, PacketNumberSpaceId.Handshake) => "server_handshake_secret"u8,
        (Role.Client, _) => "client_1rtt_secret"u8,
        _ => "server_1rtt_secret"u8,
    };

    private void LogKeysUpdated(Timestamp now, PacketNumberSpaceId space, ReadOnlySpan<byte> trigger)
    {
        _qlog?.KeyUpdated(now, KeyTypeOf(Role.Client, space), trigger);
        _qlog?.KeyUpdated(now, KeyTypeOf(Role.Server, space), trigger);
    }

    private void LogKeysDiscarded(Timestamp now, PacketNumberSpaceId space)
    {
        _qlog?.KeyDiscarded(now, KeyTypeOf(Role.Client, space));
        _qlog?.KeyDiscarded(now, KeyTypeOf(Role.Server, space));
    }
}
