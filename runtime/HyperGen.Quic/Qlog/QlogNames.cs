using System.Text;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Qlog;

/// <summary>The draft's names of what we have enums for.</summary>
internal static class QlogNames
{
    public static ReadOnlySpan<byte> Of(PacketType type) => type switch
    {
        PacketType.Initial => "initial"u8,
        PacketType.Handshake => "handshake"u8,
        PacketType.ZeroRtt => "0RTT"u8,
        PacketType.OneRtt => "1RTT"u8,
        PacketType.Retry => "retry"u8,
        PacketType.VersionNegotiation => "version_negotiation"u8,
        _ => "unknown"u8,
    };

    public static ReadOnlySpan<byte> Of(Recovery.CongestionState state) => state switch
    {
        Recovery.CongestionState.SlowStart => "slow_start"u8,
        Recovery.CongestionState.Recovery => "recovery"u8,
        _ => "congestion_avoidance"u8,
    };

    public static ReadOnlySpan<byte> Of(Paths.EcnValidation.State state) => state switch
    {
        Paths.EcnValidation.State.Testing => "testing"u8,
        Paths.EcnValidation.State.Unknown => "unknown"u8,
        Paths.EcnValidation.State.Capable => "capable"u8,
        _ => "failed"u8,
    };

    /// <summary>internal_error for InternalError and the like; crypto_error_0x… for TLS alerts; null for a code that has no name.</summary>
    public static string? OfTransportError(long code)
    {
        if (code is >= 0x100 and <= 0x1ff) return $"crypto_error_0x{code:x3}";
        if (!Enum.IsDefined((TransportErrorCode)code)) return null;
        var name = new StringBuilder();
        foreach (var c in ((TransportErrorCode)code).ToString())
        {
            if (char.IsUpper(c) && name.Length > 0) name.Append('_');
            name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }
}
