using System.Runtime.CompilerServices;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Qpack;
using HyperGen.Quic;

namespace HyperGen.Http3.Streams;

/// <summary>A unidirectional stream of the peer: first its type, then what that means.</summary>
internal sealed class PeerStream(bool isServer)
{
    private VarInt _typeReader;
    private StreamType? _type;
    private DecoderStream _decoder;

    /// <summary>What a control stream needs, which one of a client's three streams is.</summary>
    private StrongBox<ControlStream>? _control;

    /// <summary>Whether the connection cannot do without it.</summary>
    public bool IsCritical => _type is StreamType.Control or StreamType.QpackEncoder or StreamType.QpackDecoder;

    /// <summary>Frames without meaning, and types, since the stream began.</summary>
    public int Glitches => (_control?.Value.Glitches ?? 0) + (_type is not null && !IsCritical ? 1 : 0);

    /// <summary>Receives what has arrived.</summary>
    public Http3Error Receive(QuicStream stream, Http3Connection connection)
    {
        while (stream.Peek() is { IsEmpty: false } bytes)
        {
            int length = bytes.Length;
            Http3Error error = Receive(stream, connection, bytes);
            stream.Consume(length);
            if (error.IsError)
            {
                return error;
            }
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-6.2.1
        //# If either control stream is closed at any point, this MUST be treated as a connection error of type H3_CLOSED_CRITICAL_STREAM.
        return stream.IsReadToEnd ? OnClosed(stream) : default;
    }

    /// <summary>The peer ended or reset the stream.</summary>
    public Http3Error OnClosed(QuicStream stream)
    {
        _control?.Value.Release();
        if (IsCritical)
        {
            return Http3Error.Connection(ErrorCode.ClosedCriticalStream, "A control or QPACK stream was closed.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-6.2
        //# A receiver MUST tolerate unidirectional streams being closed or reset prior to the reception of the unidirectional stream header.
        stream.Release((long)ErrorCode.NoError);
        return default;
    }

    private Http3Error Receive(QuicStream stream, Http3Connection connection, ReadOnlySpan<byte> bytes)
    {
        if (_type is null)
        {
            if (!_typeReader.TryRead(ref bytes, out ulong type))
            {
                return default;
            }
            _type = (StreamType)type;
            if (OnType(stream, connection) is { IsError: true } error)
            {
                return error;
            }
        }
        switch (_type)
        {
            case StreamType.Control:
                var sink = new Http3Connection.ControlSink(connection);
                _control ??= new StrongBox<ControlStream>(new ControlStream(isServer));
                return _control.Value.Receive(bytes, ref sink);
            case StreamType.QpackEncoder:
                return EncoderStream.Receive(bytes);
            case StreamType.QpackDecoder:
                return _decoder.Receive(bytes);
            default:
                return default;
        }
    }

    private Http3Error OnType(QuicStream stream, Http3Connection connection)
    {
        if (IsCritical)
        {
            //= https://www.rfc-editor.org/rfc/rfc9114#section-6.2.1
            //# receipt of a second stream claiming to be a control stream MUST be treated as a connection error of type H3_STREAM_CREATION_ERROR.
            //= https://www.rfc-editor.org/rfc/rfc9204#section-4.2
            //# Receipt of a second instance of either stream type MUST be treated as a connection error of type H3_STREAM_CREATION_ERROR.
            return connection.TryClaim(_type!.Value)
                ? default
                : Http3Error.Connection(ErrorCode.StreamCreationError, "A control or QPACK stream was opened twice.");
        }
        if (_type == StreamType.Push)
        {
            //= https://www.rfc-editor.org/rfc/rfc9114#section-6.2.2
            //# Only servers can push; if a server receives a client-initiated push stream, this MUST be treated as a connection error of type H3_STREAM_CREATION_ERROR.
            //= https://www.rfc-editor.org/rfc/rfc9114#section-4.6
            //# A client MUST treat receipt of a push stream as a connection error of type H3_ID_ERROR when no MAX_PUSH_ID frame has been sent
            return isServer
                ? Http3Error.Connection(ErrorCode.StreamCreationError, "A client opened a push stream.")
                : Http3Error.Connection(ErrorCode.IdError, "A server pushed what was never allowed.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-6.2
        //# Recipients of unknown stream types MUST either abort reading of the stream or discard incoming data without further processing.
        stream.StopSending((long)ErrorCode.StreamCreationError);
        return default;
    }
}
