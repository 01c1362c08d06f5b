using System.Text.Json;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Qlog;

/// <summary>The frames of a packet's plaintext as the draft's objects. What cannot be read ends the list: the connection is about to say the same.</summary>
internal static class QlogFrames
{
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> payload, int ackDelayExponent)
    {
        var reader = new WireReader(payload);
        json.WriteStartArray("frames"u8);
        while (!reader.IsEmpty && reader.TryReadVarInt(out var type))
        {
            json.WriteStartObject();
            var read = TryWriteFrame(json, (FrameType)type, ackDelayExponent, ref reader);
            json.WriteEndObject();
            if (!read) break;
        }

        json.WriteEndArray();
    }

    private static bool TryWriteFrame(Utf8JsonWriter json, FrameType type, int ackDelayExponent, ref WireReader reader)
    {
        if (FrameTypes.IsStream(type)) return TryWriteStream(json, type, ref reader);
        switch (type)
        {
            case FrameType.Padding:
                var start = reader.Position;
                reader.SkipAll(0);
                json.WriteString("frame_type"u8, "padding"u8);
                WriteRaw(json, 1 + reader.Position - start);
                return true;
            case FrameType.Ping:
                json.WriteString("frame_type"u8, "ping"u8);
                return true;
            case FrameType.HandshakeDone:
                json.WriteString("frame_type"u8, "handshake_done"u8);
                return true;
            case FrameType.Ack or FrameType.AckEcn:
                return TryWriteAck(json, type, ackDelayExponent, ref reader);
            case FrameType.Crypto:
                json.WriteString("frame_type"u8, "crypto"u8);
                if (CryptoFrame.TryRead(ref reader, out var crypto).IsError) return false;
                json.WriteNumber("offset"u8, crypto.Offset);
                WriteRaw(json, crypto.Data.Length, isPayload: true);
                return true;
            case FrameType.ResetStream:
                json.WriteString("frame_type"u8, "reset_stream"u8);
                if (ResetStreamFrame.TryRead(ref reader, out var reset).IsError) return false;
                json.WriteNumber("stream_id"u8, reset.Id.Value);
                json.WriteString("error"u8, "unknown"u8);
                json.WriteNumber("error_code"u8, reset.ErrorCode);
                json.WriteNumber("final_size"u8, reset.FinalSize);
                return true;
            case FrameType.StopSending or FrameType.MaxStreamData or FrameType.StreamDataBlocked:
                return TryWriteStreamValue(json, type, ref reader);
            case FrameType.NewConnectionId:
                json.WriteString("frame_type"u8, "new_connection_id"u8);
                if (NewConnectionIdFrame.TryRead(ref reader, out var newId).IsError) return false;
                json.WriteNumber("sequence_number"u8, newId.Sequence);
                json.WriteNumber("retire_prior_to"u8, newId.RetirePriorTo);
                json.WriteString("connection_id"u8, newId.Id.ToString());
                return true;
            case FrameType.PathChallenge or FrameType.PathResponse:
                json.WriteString("frame_type"u8, type == FrameType.PathChallenge ? "path_challenge"u8 : "path_response"u8);
                if (!reader.TryReadBytes(sizeof(ulong), out var data)) return false;
                json.WriteString("data"u8, Convert.ToHexStringLower(data));
                return true;
            case FrameType.ConnectionClose or FrameType.ConnectionCloseApplication:
                return TryWriteClose(json, type, ref reader);
            case FrameType.NewToken:
                json.WriteString("frame_type"u8, "new_token"u8);
                if (!reader.TryReadPrefixed(out var token)) return false;
                json.WriteStartObject("token"u8);
                WriteRaw(json, token.Length);
                json.WriteEndObject();
                return true;
            case FrameType.Datagram or FrameType.DatagramWithLength:
                json.WriteString("frame_type"u8, "datagram"u8);
                if (DatagramFrame.TryRead(ref reader, type, out var datagram).IsError) return false;
                WriteRaw(json, datagram.Data.Length, isPayload: true);
                return true;
            case <= FrameType.HandshakeDone:
                return TryWriteValue(json, type, ref reader);
            default:
                json.WriteString("frame_type"u8, "unknown"u8);
                json.WriteNumber("frame_type_bytes"u8, (long)type);
                return false;
        }
    }

    private static bool TryWriteStream(Utf8JsonWriter json, FrameType type, ref WireReader reader)
    {
        json.WriteString("frame_type"u8, "stream"u8);
        if (StreamFrame.TryRead(ref reader, type, out var frame).IsError) return false;
        json.WriteNumber("stream_id"u8, frame.Id.Value);
        json.WriteNumber("offset"u8, frame.Offset);
        if (frame.Fin) json.WriteBoolean("fin"u8, true);
        WriteRaw(json, frame.Data.Length, isPayload: true);
        return true;
    }

    private static bool TryWriteAck(Utf8JsonWriter json, FrameType type, int ackDelayExponent, ref WireReader reader)
    {
        json.WriteString("frame_type"u8, "ack"u8);
        if (AckFrame.TryRead(ref reader, type, out var ack).IsError) return false;
        json.WriteNumber("ack_delay"u8, Math.Min(ack.Delay, 1L << 40) * (1 << ackDelayExponent) / 1000.0);
        json.WriteStartArray("acked_ranges"u8);
        foreach (var range in ack)
        {
            json.WriteStartArray();
            json.WriteNumberValue(range.Start);
            if (range.Length > 1) json.WriteNumberValue(range.End - 1);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        if (!ack.HasEcn) return true;
        json.WriteNumber("ect1"u8, ack.Ecn.Ect1);
        json.WriteNumber("ect0"u8, ack.Ecn.Ect0);
        json.WriteNumber("ce"u8, ack.Ecn.CongestionExperienced);
        return true;
    }

    private static bool TryWriteStreamValue(Utf8JsonWriter json, FrameType type, ref WireReader reader)
    {
        var name = type switch
        {
            FrameType.StopSending => "stop_sending"u8,
            FrameType.MaxStreamData => "max_stream_data"u8,
            _ => "stream_data_blocked"u8,
        };
        json.WriteString("frame_type"u8, name);
        if (StreamValueFrame.TryRead(ref reader, type, out var frame).IsError) return false;
        json.WriteNumber("stream_id"u8, frame.Id.Value);
        if (type == FrameType.StopSending) json.WriteString("error"u8, "unknown"u8);
        json.WriteNumber(type switch { FrameType.StopSending => "error_code"u8, FrameType.MaxStreamData => "maximum"u8, _ => "limit"u8 }, frame.Value);
        return true;
    }

    private static bool TryWriteValue(Utf8JsonWriter json, FrameType type, ref WireReader reader)
    {
        if (ValueFrame.TryRead(ref reader, type, out var frame).IsError) return false;
        switch (type)
        {
            case FrameType.MaxData:
                json.WriteString("frame_type"u8, "max_data"u8);
                json.WriteNumber("maximum"u8, frame.Value);
                return true;
            case FrameType.DataBlocked:
                json.WriteString("frame_type"u8, "data_blocked"u8);
                json.WriteNumber("limit"u8, frame.Value);
                return true;
            case FrameType.RetireConnectionId:
                json.WriteString("frame_type"u8, "retire_connection_id"u8);
                json.WriteNumber("sequence_number"u8, frame.Value);
                return true;
            default:
                var isLimit = type is FrameType.MaxStreamsBidi or FrameType.MaxStreamsUni;
                json.WriteString("frame_type"u8, isLimit ? "max_streams"u8 : "streams_blocked"u8);
                json.WriteString("stream_type"u8, type is FrameType.MaxStreamsBidi or FrameType.StreamsBlockedBidi ? "bidirectional"u8 : "unidirectional"u8);
                json.WriteNumber(isLimit ? "maximum"u8 : "limit"u8, frame.Value);
                return true;
        }
    }

    private static bool TryWriteClose(Utf8JsonWriter json, FrameType type, ref WireReader reader)
    {
        json.WriteString("frame_type"u8, "connection_close"u8);
        if (ConnectionCloseFrame.TryRead(ref reader, type, out var close).IsError) return false;
        json.WriteString("error_space"u8, close.IsApplication ? "application"u8 : "transport"u8);
        json.WriteString("error"u8, close.IsApplication ? "unknown" : QlogNames.OfTransportError(close.ErrorCode) ?? "unknown");
        json.WriteNumber("error_code"u8, close.ErrorCode);
        json.WriteString("reason_bytes"u8, Convert.ToHexStringLower(close.Reason));
        if (!close.IsApplication) json.WriteNumber("trigger_frame_type"u8, close.FrameType);
        return true;
    }

    private static void WriteRaw(Utf8JsonWriter json, int length, bool isPayload = false)
    {
        json.WriteStartObject("raw"u8);
        json.WriteNumber(isPayload ? "payload_length"u8 : "length"u8, length);
        json.WriteEndObject();
    }
}
