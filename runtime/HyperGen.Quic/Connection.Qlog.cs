using HyperGen.Quic.Qlog;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>What the connection tells its qlog trace, when there is one.</summary>
internal sealed partial class Connection
{
    private QlogTrace? _qlog;

    private void StartQlog(Timestamp now)
    {
        if (_endpoint.Options.Qlog?.Invoke(Role, _originalDestinationId) is not { } sink) return;
        _qlog = new(sink, now, Role, _originalDestinationId);
        _qlog.ConnectionStarted(now, _path.Path);
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
