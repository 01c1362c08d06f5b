using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Qlog;

/// <summary>
/// What one connection does, as qlog events (draft-ietf-quic-qlog-main-schema and -quic-events) in a JSON text sequence (RFC 7464). The connection holds null
/// instead of it when nobody asked: that check is all it then costs. What happens is held in memory at first, within bounds, until the connection says where it
/// goes; that sink is disposed at the end if it can be. It allocates a little for each event and is meant for looking at a connection, not for all of a busy server's.
/// </summary>
internal sealed class QlogTrace : IDisposable
{
    private readonly Utf8JsonWriter _json;
    private readonly Timestamp _start;
    private IBufferWriter<byte> _sink;
    private HeldRecords? _held = new();
    private Timestamp _last;
    private (TimeSpan Rtt, long Window, long InFlight, long Threshold, int Probes) _metrics;
    private CongestionState _congestion;
    private EcnValidation.State _ecn;
    private int _mtu = Connection.MinDatagramSize;

    /// <param name="now">The time that all others are relative to.</param>
    /// <param name="role">Whose view it is.</param>
    /// <param name="originalDestinationId">The connection ID that both ends' traces are named after.</param>
    public QlogTrace(Timestamp now, Role role, in ConnectionId originalDestinationId)
    {
        _sink = _held;
        _start = _last = now;
        _json = new(_sink);
        BeginRecord();
        _json.WriteString("file_schema"u8, "urn:ietf:params:qlog:file:sequential"u8);
        _json.WriteString("serialization_format"u8, "application/qlog+json-seq"u8);
        _json.WriteStartObject("trace"u8);
        _json.WriteStartObject("common_fields"u8);
        _json.WriteString("group_id"u8, originalDestinationId.ToString());
        _json.WriteString("time_format"u8, "relative_to_epoch"u8);
        _json.WriteStartObject("reference_time"u8);
        _json.WriteString("clock_type"u8, "monotonic"u8);
        _json.WriteString("epoch"u8, "unknown"u8);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteStartObject("vantage_point"u8);
        _json.WriteString("type"u8, NameOf(role));
        _json.WriteEndObject();
        _json.WriteStartArray("event_schemas"u8);
        _json.WriteStringValue("urn:ietf:params:qlog:events:quic-13"u8);
        _json.WriteEndArray();
        _json.WriteEndObject();
        EndRecord();
    }

    /// <summary>Whether <see cref="WriteTo" /> has not been called yet.</summary>
    public bool IsHeld => _held is not null;

    /// <summary>Says where the records go: those that were held, and all that follow.</summary>
    public void WriteTo(IBufferWriter<byte> sink)
    {
        sink.Write(_held!.Records);
        _held = null;
        _sink = sink;
        _json.Reset(sink);
    }

    public void ConnectionStarted(Timestamp now, in NetworkPath path)
    {
        BeginEvent(now, "quic:connection_started"u8);
        WriteTuple("local"u8, path.Local);
        WriteTuple("remote"u8, path.Remote);
        EndEvent();
    }

    public void ConnectionStateUpdated(Timestamp now, ReadOnlySpan<byte> state)
    {
        BeginEvent(now, "quic:connection_state_updated"u8);
        _json.WriteString("new"u8, state);
        EndEvent();
    }

    public void ConnectionClosed(Timestamp now, in CloseReason reason)
    {
        BeginEvent(now, "quic:connection_closed"u8);
        var byPeer = reason.Kind is CloseKind.ByPeerApplication or CloseKind.ByPeerTransport or CloseKind.StatelessReset;
        _json.WriteString("initiator"u8, byPeer ? "remote"u8 : "local"u8);
        switch (reason.Kind)
        {
            case CloseKind.ByApplication or CloseKind.ByPeerApplication:
                _json.WriteString("application_error"u8, "unknown"u8);
                _json.WriteNumber("error_code"u8, reason.ErrorCode);
                break;
            case CloseKind.ByTransport or CloseKind.ByPeerTransport:
                _json.WriteString("connection_error"u8, QlogNames.OfTransportError(reason.ErrorCode) ?? "unknown");
                _json.WriteNumber("error_code"u8, reason.ErrorCode);
                break;
        }

        if (!string.IsNullOrEmpty(reason.Reason)) _json.WriteString("reason"u8, reason.Reason);
        var trigger = reason.Kind switch
        {
            CloseKind.TimedOut => "idle_timeout"u8,
            CloseKind.ByApplication or CloseKind.ByPeerApplication => "application"u8,
            CloseKind.ByTransport or CloseKind.ByPeerTransport => "error"u8,
            CloseKind.VersionNegotiation => "version_mismatch"u8,
            CloseKind.StatelessReset => "stateless_reset"u8,
            _ => "unspecified"u8,
        };
        _json.WriteString("trigger"u8, trigger);
        EndEvent();
    }

    public void ParametersSet(Timestamp now, bool isLocal, TransportParameters parameters)
    {
        BeginEvent(now, "quic:parameters_set"u8);
        _json.WriteString("initiator"u8, isLocal ? "local"u8 : "remote"u8);
        if (parameters.OriginalDestinationConnectionId is { } original) _json.WriteString("original_destination_connection_id"u8, original.ToString());
        if (parameters.InitialSourceConnectionId is { } source) _json.WriteString("initial_source_connection_id"u8, source.ToString());
        if (parameters.RetrySourceConnectionId is { } retry) _json.WriteString("retry_source_connection_id"u8, retry.ToString());
        _json.WriteBoolean("disable_active_migration"u8, parameters.DisableActiveMigration);
        _json.WriteNumber("max_idle_timeout"u8, (long)parameters.MaxIdleTimeout.TotalMilliseconds);
        _json.WriteNumber("max_udp_payload_size"u8, parameters.MaxUdpPayloadSize);
        _json.WriteNumber("ack_delay_exponent"u8, parameters.AckDelayExponent);
        _json.WriteNumber("max_ack_delay"u8, (long)parameters.MaxAckDelay.TotalMilliseconds);
        _json.WriteNumber("active_connection_id_limit"u8, parameters.ActiveConnectionIdLimit);
        _json.WriteNumber("initial_max_data"u8, parameters.InitialMaxData);
        _json.WriteNumber("initial_max_stream_data_bidi_local"u8, parameters.InitialMaxStreamDataBidiLocal);
        _json.WriteNumber("initial_max_stream_data_bidi_remote"u8, parameters.InitialMaxStreamDataBidiRemote);
        _json.WriteNumber("initial_max_stream_data_uni"u8, parameters.InitialMaxStreamDataUni);
        _json.WriteNumber("initial_max_streams_bidi"u8, parameters.InitialMaxStreamsBidi);
        _json.WriteNumber("initial_max_streams_uni"u8, parameters.InitialMaxStreamsUni);
        if (parameters.MaxDatagramFrameSize > 0) _json.WriteNumber("max_datagram_frame_size"u8, parameters.MaxDatagramFrameSize);
        EndEvent();
    }

    public void PacketSent(Timestamp now, PacketType type, long number, int length, ReadOnlySpan<byte> payload, int ackDelayExponent, bool isMtuProbe)
    {
        BeginEvent(now, "quic:packet_sent"u8);
        WriteHeader(type, number);
        QlogFrames.Write(_json, payload, ackDelayExponent);
        WriteRaw(length, payload.Length);
        if (isMtuProbe) _json.WriteBoolean("is_mtu_probe_packet"u8, true);
        EndEvent();
    }

    public void PacketReceived(Timestamp now, PacketType type, long number, int length, ReadOnlySpan<byte> payload, int ackDelayExponent)
    {
        BeginEvent(now, "quic:packet_received"u8);
        WriteHeader(type, number);
        QlogFrames.Write(_json, payload, ackDelayExponent);
        WriteRaw(length, payload.Length);
        EndEvent();
    }

    /// <param name="now">The time.</param>
    /// <param name="type">The packet's type.</param>
    /// <param name="length">Its length, or its payload's where no more is known.</param>
    /// <param name="trigger">One of the draft's reasons: key_unavailable, decryption_failure, duplicate, invalid, rejected.</param>
    public void PacketDropped(Timestamp now, PacketType type, int length, ReadOnlySpan<byte> trigger)
    {
        BeginEvent(now, "quic:packet_dropped"u8);
        _json.WriteStartObject("header"u8);
        _json.WriteString("packet_type"u8, QlogNames.Of(type));
        _json.WriteEndObject();
        _json.WriteStartObject("raw"u8);
        _json.WriteNumber("length"u8, length);
        _json.WriteEndObject();
        _json.WriteString("trigger"u8, trigger);
        EndEvent();
    }

    public void PacketLost(Timestamp now, PacketType type, in SentPacket packet)
    {
        BeginEvent(now, "quic:packet_lost"u8);
        WriteHeader(type, packet.Number.Value);
        if (packet.IsMtuProbe) _json.WriteBoolean("is_mtu_probe_packet"u8, true);
        EndEvent();
    }

    /// <summary>Tells what changed in the estimates of the path since it was last called.</summary>
    public void RecoveryUpdated(Timestamp now, LossDetection recovery, PathState path)
    {
        var controller = recovery.Controller;
        var metrics = (recovery.Rtt.LatestRtt, controller.Window, controller.BytesInFlight, controller.SlowStartThreshold, recovery.PtoCount);
        if (metrics != _metrics)
        {
            _metrics = metrics;
            BeginEvent(now, "quic:recovery_metrics_updated"u8);
            _json.WriteNumber("min_rtt"u8, recovery.Rtt.MinRtt.TotalMilliseconds);
            _json.WriteNumber("smoothed_rtt"u8, recovery.Rtt.SmoothedRtt.TotalMilliseconds);
            _json.WriteNumber("latest_rtt"u8, recovery.Rtt.LatestRtt.TotalMilliseconds);
            _json.WriteNumber("rtt_variance"u8, recovery.Rtt.RttVar.TotalMilliseconds);
            _json.WriteNumber("pto_count"u8, recovery.PtoCount);
            _json.WriteNumber("congestion_window"u8, controller.Window);
            _json.WriteNumber("bytes_in_flight"u8, controller.BytesInFlight);
            if (controller.SlowStartThreshold != long.MaxValue) _json.WriteNumber("ssthresh"u8, controller.SlowStartThreshold);
            _json.WriteNumber("pacing_rate"u8, (long)Math.Min(8 * controller.PacingRate(recovery.Rtt), 1L << 53));
            EndEvent();
        }

        if (controller.State != _congestion)
        {
            BeginEvent(now, "quic:congestion_state_updated"u8);
            _json.WriteString("old"u8, QlogNames.Of(_congestion));
            _json.WriteString("new"u8, QlogNames.Of(controller.State));
            EndEvent();
            _congestion = controller.State;
        }

        if (path.Ecn.Current != _ecn)
        {
            BeginEvent(now, "quic:ecn_state_updated"u8);
            _json.WriteString("old"u8, QlogNames.Of(_ecn));
            _json.WriteString("new"u8, QlogNames.Of(path.Ecn.Current));
            EndEvent();
            _ecn = path.Ecn.Current;
        }

        if (path.Mtu.Current == _mtu) return;
        BeginEvent(now, "quic:mtu_updated"u8);
        _json.WriteNumber("old"u8, _mtu);
        _json.WriteNumber("new"u8, path.Mtu.Current);
        EndEvent();
        _mtu = path.Mtu.Current;
    }

    /// <param name="now">The time.</param>
    /// <param name="state">probing_started, probing_abandoned, migration_started, migration_complete and the like.</param>
    /// <param name="path">The path that is probed or moved to.</param>
    public void MigrationStateUpdated(Timestamp now, ReadOnlySpan<byte> state, in NetworkPath path)
    {
        BeginEvent(now, "quic:migration_state_updated"u8);
        _json.WriteString("new"u8, state);
        WriteTuple("tuple_remote"u8, path.Remote);
        WriteTuple("tuple_local"u8, path.Local);
        EndEvent();
    }

    /// <param name="now">The time.</param>
    /// <param name="keyType">Whose key.</param>
    /// <param name="trigger">tls, local_update or remote_update.</param>
    /// <param name="keyPhase">How often 1-RTT keys have been updated; 0 for the first ones, and for those of other levels.</param>
    public void KeyUpdated(Timestamp now, ReadOnlySpan<byte> keyType, ReadOnlySpan<byte> trigger, int keyPhase = 0)
    {
        BeginEvent(now, "quic:key_updated"u8);
        _json.WriteString("key_type"u8, keyType);
        if (keyPhase > 0) _json.WriteNumber("key_phase"u8, keyPhase);
        _json.WriteString("trigger"u8, trigger);
        EndEvent();
    }

    public void KeyDiscarded(Timestamp now, ReadOnlySpan<byte> keyType)
    {
        BeginEvent(now, "quic:key_discarded"u8);
        _json.WriteString("key_type"u8, keyType);
        EndEvent();
    }

    public void Dispose()
    {
        _json.Dispose();
        (_sink as IDisposable)?.Dispose();
    }

    private static ReadOnlySpan<byte> NameOf(Role role) => role == Role.Client ? "client"u8 : "server"u8;

    private void WriteHeader(PacketType type, long number)
    {
        _json.WriteStartObject("header"u8);
        _json.WriteString("packet_type"u8, QlogNames.Of(type));
        _json.WriteNumber("packet_number"u8, number);
        _json.WriteEndObject();
    }

    private void WriteRaw(int length, int payloadLength)
    {
        _json.WriteStartObject("raw"u8);
        _json.WriteNumber("length"u8, length);
        _json.WriteNumber("payload_length"u8, payloadLength);
        _json.WriteEndObject();
    }

    private void WriteTuple(ReadOnlySpan<byte> name, in NetworkAddress address)
    {
        _json.WriteStartObject(name);
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, address.Address);
        if (address.IsIPv4)
        {
            _json.WriteString("ip_v4"u8, string.Create(CultureInfo.InvariantCulture, $"{bytes[12]}.{bytes[13]}.{bytes[14]}.{bytes[15]}"));
            _json.WriteNumber("port_v4"u8, address.Port);
        }
        else
        {
            _json.WriteString("ip_v6"u8, new IPAddress(bytes).ToString());
            _json.WriteNumber("port_v6"u8, address.Port);
        }

        _json.WriteEndObject();
    }

    private void BeginEvent(Timestamp now, ReadOnlySpan<byte> name)
    {
        BeginRecord();

        // Where the time at hand is only that of the last packet, the order is still known.
        _last = Timestamp.Max(_last, now);
        _json.WriteNumber("time"u8, (_last - _start).TotalMilliseconds);
        _json.WriteString("name"u8, name);
        _json.WriteStartObject("data"u8);
    }

    private void EndEvent()
    {
        _json.WriteEndObject();
        EndRecord();
    }

    /// <summary>RFC 7464: each text begins with a record separator and ends with a line feed.</summary>
    private void BeginRecord()
    {
        _sink.Write("\u001e"u8);
        _json.Reset();
        _json.WriteStartObject();
    }

    private void EndRecord()
    {
        _json.WriteEndObject();
        _json.Flush();
        _sink.Write("\n"u8);
        _held?.EndRecord();
    }
}
