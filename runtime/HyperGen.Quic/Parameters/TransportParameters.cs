using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Parameters;

/// <summary>What one end tells the other about itself during the handshake (RFC 9000 section 18). Unset values are the RFC's defaults.</summary>
internal sealed class TransportParameters
{
    /// <summary>No list of ours is longer.</summary>
    public const int MaxEncodedLength = 512;

    /// <summary>Those of a peer that has not spoken yet: it allows nothing. Not to be changed.</summary>
    public static readonly TransportParameters Unknown = new();

    private HandshakeValues? _handshake;

    public ConnectionId? OriginalDestinationConnectionId
    {
        get => _handshake?.OriginalDestinationId;
        set => (_handshake ??= new()).OriginalDestinationId = value;
    }

    public ConnectionId? InitialSourceConnectionId
    {
        get => _handshake?.InitialSourceId;
        set => (_handshake ??= new()).InitialSourceId = value;
    }

    public ConnectionId? RetrySourceConnectionId
    {
        get => _handshake?.RetrySourceId;
        set => (_handshake ??= new()).RetrySourceId = value;
    }

    public Quic.StatelessResetToken? StatelessResetToken
    {
        get => _handshake?.ResetToken;
        set => (_handshake ??= new()).ResetToken = value;
    }

    /// <summary>Zero: none.</summary>
    public TimeSpan MaxIdleTimeout { get; set; }

    public long MaxUdpPayloadSize { get; set; } = 65527;

    public long InitialMaxData { get; set; }

    public long InitialMaxStreamDataBidiLocal { get; set; }

    public long InitialMaxStreamDataBidiRemote { get; set; }

    public long InitialMaxStreamDataUni { get; set; }

    public long InitialMaxStreamsBidi { get; set; }

    public long InitialMaxStreamsUni { get; set; }

    public int AckDelayExponent { get; set; } = 3;

    public TimeSpan MaxAckDelay { get; set; } = TimeSpan.FromMilliseconds(25);

    public bool DisableActiveMigration { get; set; }

    public PreferredAddress? PreferredAddress
    {
        get => _handshake?.PreferredAddress;
        set => (_handshake ??= new()).PreferredAddress = value;
    }

    /// <summary>Zero: no DATAGRAM frames.</summary>
    public long MaxDatagramFrameSize { get; set; }

    public long ActiveConnectionIdLimit { get; set; } = 2;

    /// <summary>Null when the peer knows one version only, or does not say.</summary>
    public VersionInformation? VersionInformation
    {
        get => _handshake?.VersionInformation;
        set => (_handshake ??= new()).VersionInformation = value;
    }

    /// <summary>What we say of an endpoint's limits, which is the same for all of its connections.</summary>
    public static TransportParameters Of(ConnectionLimits limits) => new()
    {
        MaxIdleTimeout = limits.IdleTimeout,
        MaxUdpPayloadSize = Transmit.MaxLength,

        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
        //# The applicable subset of transport parameters that permit the sending of
        //# application data SHOULD be set to non-zero values for 0-RTT.
        InitialMaxData = limits.ConnectionWindow,
        InitialMaxStreamDataBidiLocal = limits.StreamWindow,
        InitialMaxStreamDataBidiRemote = limits.StreamWindow,
        InitialMaxStreamDataUni = limits.StreamWindow,
        InitialMaxStreamsBidi = limits.BidirectionalStreams,
        InitialMaxStreamsUni = limits.UnidirectionalStreams,

        //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
        //= type=exception
        //= reason=timers are slept for in nanoseconds and fire well within a millisecond, which is the unit of the parameter
        //# This value SHOULD include the receiver's expected delays in alarms firing.
        MaxAckDelay = limits.MaxAckDelay,
        ActiveConnectionIdLimit = RemoteConnectionIds.MaxActive,
        DisableActiveMigration = limits.DisablesActiveMigration,
        MaxDatagramFrameSize = Math.Min(limits.MaxDatagramFrameSize, Datagrams.DatagramQueue.MaxLength),
    };

    /// <summary>The handshake is over: forgets what it alone needed, which is more than half.</summary>
    public void ForgetHandshake() => _handshake = null;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //# In particular, a server that accepts 0-RTT
    //# data MUST NOT set values for the following parameters (Section 18.2)
    //# that are smaller than the remembered values of the parameters.

    /// <summary>Whether every limit is at least as large as it was, so that what was sent under the old ones keeps to these.</summary>
    public bool Covers(TransportParameters remembered) =>
        ActiveConnectionIdLimit >= remembered.ActiveConnectionIdLimit
        && InitialMaxData >= remembered.InitialMaxData
        && InitialMaxStreamDataBidiLocal >= remembered.InitialMaxStreamDataBidiLocal
        && InitialMaxStreamDataBidiRemote >= remembered.InitialMaxStreamDataBidiRemote
        && InitialMaxStreamDataUni >= remembered.InitialMaxStreamDataUni
        && InitialMaxStreamsBidi >= remembered.InitialMaxStreamsBidi
        && InitialMaxStreamsUni >= remembered.InitialMaxStreamsUni

        //= https://www.rfc-editor.org/rfc/rfc9221#section-3
        //# they MUST send a max_datagram_frame_size transport parameter greater than or
        //# equal to the value they sent to the client in the connection where they sent
        //# them the NewSessionTicket message
        && MaxDatagramFrameSize >= remembered.MaxDatagramFrameSize;

    /// <summary>Reads what a peer of role <paramref name="sender" /> sent.</summary>
    public static TransportError TryRead(ReadOnlySpan<byte> encoded, Role sender, out TransportParameters parameters)
    {
        parameters = new();
        var reader = new WireReader(encoded);
        ulong seen = 0;
        while (!reader.IsEmpty)
        {
            if (!reader.TryReadVarInt(out var id) || !reader.TryReadPrefixed(out var value)) return Invalid("The transport parameters are truncated.");
            if (id <= (long)TransportParameterId.MaxDatagramFrameSize)
            {
                //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4
                //# An endpoint SHOULD treat receipt of
                //# duplicate transport parameters as a connection error of type
                //# TRANSPORT_PARAMETER_ERROR.
                if ((seen & (1UL << (int)id)) != 0) return Invalid("A transport parameter came twice.");
                seen |= 1UL << (int)id;
            }

            //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.2
            //# An endpoint MUST ignore transport parameters that it does
            //# not support.
            var error = parameters.Set((TransportParameterId)id, value, sender);
            if (error.IsError) return error;
        }

        return TransportError.None;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4
    //# An endpoint MUST NOT send a parameter more than once in a given transport
    //# parameters extension.

    /// <summary>Writes the parameters; their length.</summary>
    public int Write(Span<byte> destination)
    {
        var writer = new WireWriter(destination);
        if (OriginalDestinationConnectionId is { } original) WriteBytes(ref writer, TransportParameterId.OriginalDestinationConnectionId, original.Span);
        if (RetrySourceConnectionId is { } retry) WriteBytes(ref writer, TransportParameterId.RetrySourceConnectionId, retry.Span);
        if (InitialSourceConnectionId is { } source) WriteBytes(ref writer, TransportParameterId.InitialSourceConnectionId, source.Span);
        if (StatelessResetToken is { } token)
        {
            Span<byte> bytes = stackalloc byte[Quic.StatelessResetToken.Length];
            token.CopyTo(bytes);
            WriteBytes(ref writer, TransportParameterId.StatelessResetToken, bytes);
        }

        WriteInteger(ref writer, TransportParameterId.MaxIdleTimeout, (long)MaxIdleTimeout.TotalMilliseconds, 0);
        WriteInteger(ref writer, TransportParameterId.MaxUdpPayloadSize, MaxUdpPayloadSize, 65527);
        WriteInteger(ref writer, TransportParameterId.InitialMaxData, InitialMaxData, 0);
        WriteInteger(ref writer, TransportParameterId.InitialMaxStreamDataBidiLocal, InitialMaxStreamDataBidiLocal, 0);
        WriteInteger(ref writer, TransportParameterId.InitialMaxStreamDataBidiRemote, InitialMaxStreamDataBidiRemote, 0);
        WriteInteger(ref writer, TransportParameterId.InitialMaxStreamDataUni, InitialMaxStreamDataUni, 0);
        WriteInteger(ref writer, TransportParameterId.InitialMaxStreamsBidi, InitialMaxStreamsBidi, 0);
        WriteInteger(ref writer, TransportParameterId.InitialMaxStreamsUni, InitialMaxStreamsUni, 0);
        WriteInteger(ref writer, TransportParameterId.AckDelayExponent, AckDelayExponent, 3);
        WriteInteger(ref writer, TransportParameterId.MaxAckDelay, (long)MaxAckDelay.TotalMilliseconds, 25);
        WriteInteger(ref writer, TransportParameterId.ActiveConnectionIdLimit, ActiveConnectionIdLimit, 2);
        WriteInteger(ref writer, TransportParameterId.MaxDatagramFrameSize, MaxDatagramFrameSize, 0);
        VersionInformation?.Write(ref writer);
        if (PreferredAddress is { } preferred)
        {
            Span<byte> bytes = stackalloc byte[Parameters.PreferredAddress.MaxLength];
            WriteBytes(ref writer, TransportParameterId.PreferredAddress, bytes[..preferred.Write(bytes)]);
        }

        if (DisableActiveMigration) WriteBytes(ref writer, TransportParameterId.DisableActiveMigration, default);
        return writer.Position;
    }

    private TransportError Set(TransportParameterId id, ReadOnlySpan<byte> value, Role sender)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
        //# A client MUST NOT include any server-only transport parameter
        var serverOnly = id is TransportParameterId.OriginalDestinationConnectionId or TransportParameterId.PreferredAddress
            or TransportParameterId.RetrySourceConnectionId or TransportParameterId.StatelessResetToken;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
        //# A server MUST treat receipt of any of these transport parameters as a
        //# connection error of type TRANSPORT_PARAMETER_ERROR.
        if (serverOnly && sender == Role.Client) return Invalid("A client sent a transport parameter that only servers send.");

        switch (id)
        {
            case TransportParameterId.OriginalDestinationConnectionId:
                OriginalDestinationConnectionId = ReadId(value);
                return OriginalDestinationConnectionId is null ? Invalid("A connection ID has at most 20 bytes.") : TransportError.None;
            case TransportParameterId.InitialSourceConnectionId:
                InitialSourceConnectionId = ReadId(value);
                return InitialSourceConnectionId is null ? Invalid("A connection ID has at most 20 bytes.") : TransportError.None;
            case TransportParameterId.RetrySourceConnectionId:
                RetrySourceConnectionId = ReadId(value);
                return RetrySourceConnectionId is null ? Invalid("A connection ID has at most 20 bytes.") : TransportError.None;
            case TransportParameterId.StatelessResetToken:
                if (value.Length != Quic.StatelessResetToken.Length) return Invalid("A stateless reset token has 16 bytes.");
                StatelessResetToken = new(value);
                return TransportError.None;
            case TransportParameterId.VersionInformation:
                VersionInformation = Parameters.VersionInformation.TryRead(value, sender);
                return VersionInformation is null ? Invalid("version_information is malformed.") : TransportError.None;
            case TransportParameterId.PreferredAddress:

                //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
                //# A client MUST treat a violation of these requirements as a connection error of
                //# type TRANSPORT_PARAMETER_ERROR.
                return Parameters.PreferredAddress.TryRead(value, out var preferred) && (PreferredAddress = preferred) is not null
                    ? TransportError.None
                    : Invalid("preferred_address is malformed.");
            case TransportParameterId.DisableActiveMigration:
                DisableActiveMigration = true;
                return value.IsEmpty ? TransportError.None : Invalid("disable_active_migration has no value.");
            case <= TransportParameterId.RetrySourceConnectionId or TransportParameterId.MaxDatagramFrameSize:
                var length = VarInt.TryRead(value, out var integer);
                return length == value.Length && length != 0 ? SetInteger(id, integer) : Invalid("A transport parameter is not an integer.");
            default:
                return TransportError.None;
        }
    }

    private TransportError SetInteger(TransportParameterId id, long value)
    {
        switch (id)
        {
            case TransportParameterId.MaxIdleTimeout:
                // A century and more than that are the same to a timer, and the multiplication must not overflow.
                MaxIdleTimeout = TimeSpan.FromMilliseconds(Math.Min(value, uint.MaxValue));
                return TransportError.None;
            case TransportParameterId.MaxUdpPayloadSize:
                MaxUdpPayloadSize = value;
                return value >= 1200 ? TransportError.None : Invalid("max_udp_payload_size is below 1200.");
            case TransportParameterId.InitialMaxData:
                InitialMaxData = value;
                return TransportError.None;
            case TransportParameterId.InitialMaxStreamDataBidiLocal:
                InitialMaxStreamDataBidiLocal = value;
                return TransportError.None;
            case TransportParameterId.InitialMaxStreamDataBidiRemote:
                InitialMaxStreamDataBidiRemote = value;
                return TransportError.None;
            case TransportParameterId.InitialMaxStreamDataUni:
                InitialMaxStreamDataUni = value;
                return TransportError.None;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
            //# the connection MUST be closed immediately with a connection error of type
            //# TRANSPORT_PARAMETER_ERROR if the offending value was received in a transport
            //# parameter or of type FRAME_ENCODING_ERROR if it was received in a frame
            case TransportParameterId.InitialMaxStreamsBidi:
                InitialMaxStreamsBidi = value;
                return value <= 1L << 60 ? TransportError.None : Invalid("There cannot be more than 2^60 streams of a kind.");
            case TransportParameterId.InitialMaxStreamsUni:
                InitialMaxStreamsUni = value;
                return value <= 1L << 60 ? TransportError.None : Invalid("There cannot be more than 2^60 streams of a kind.");
            case TransportParameterId.AckDelayExponent:
                AckDelayExponent = (int)Math.Min(value, int.MaxValue);
                return value <= 20 ? TransportError.None : Invalid("ack_delay_exponent is above 20.");
            case TransportParameterId.MaxAckDelay:
                MaxAckDelay = TimeSpan.FromMilliseconds(Math.Min(value, 1 << 14));
                return value < 1 << 14 ? TransportError.None : Invalid("max_ack_delay is 2^14 or more.");
            case TransportParameterId.ActiveConnectionIdLimit:
                //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
                //# The value of the active_connection_id_limit parameter MUST be at least 2.
                ActiveConnectionIdLimit = value;

                //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
                //# An endpoint that receives a value less than 2 MUST close the connection with
                //# an error of type TRANSPORT_PARAMETER_ERROR.
                return value >= 2 ? TransportError.None : Invalid("active_connection_id_limit is below 2.");
            case TransportParameterId.MaxDatagramFrameSize:
                MaxDatagramFrameSize = value;
                return TransportError.None;
            default:
                return TransportError.None;
        }
    }

    private static ConnectionId? ReadId(ReadOnlySpan<byte> value) => value.Length <= ConnectionId.MaxLength ? new ConnectionId(value) : null;

    private static void WriteBytes(ref WireWriter writer, TransportParameterId id, scoped ReadOnlySpan<byte> value)
    {
        writer.WriteVarInt((long)id);
        writer.WritePrefixed(value);
    }

    private static void WriteInteger(ref WireWriter writer, TransportParameterId id, long value, long absent)
    {
        if (value == absent) return;
        writer.WriteVarInt((long)id);
        writer.WriteVarInt(VarInt.Length(value));
        writer.WriteVarInt(value);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4
    //# An endpoint MUST treat receipt of a transport parameter with an invalid
    //# value as a connection error of type TRANSPORT_PARAMETER_ERROR.
    private static TransportError Invalid(string reason) => TransportError.Of(TransportErrorCode.TransportParameterError, reason);

    private sealed class HandshakeValues
    {
        public ConnectionId? OriginalDestinationId;
        public ConnectionId? InitialSourceId;
        public ConnectionId? RetrySourceId;
        public Quic.StatelessResetToken? ResetToken;
        public PreferredAddress? PreferredAddress;
        public VersionInformation? VersionInformation;
    }
}
