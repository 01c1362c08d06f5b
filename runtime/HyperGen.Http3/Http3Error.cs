namespace HyperGen.Http3;

/// <summary>What a peer did wrong, as a value; the default value is «nothing».</summary>
/// <remarks>Nothing a peer sends throws: a violation is returned up to the connection, which closes itself or the stream once.</remarks>
internal readonly record struct Http3Error
{
    private Http3Error(ErrorCode code, string reason, bool closesConnection)
    {
        Code = code;
        Reason = reason;
        ClosesConnection = closesConnection;
    }

    /// <summary>The code for the wire.</summary>
    public ErrorCode Code { get; }

    /// <summary>A sentence for logs and for the reason phrase of CONNECTION_CLOSE; null when nothing is wrong.</summary>
    public string? Reason { get; }

    /// <summary>Whether the whole connection ends (RFC 9114 «connection error») or only the stream («stream error»).</summary>
    public bool ClosesConnection { get; }

    /// <summary>Whether this is an error at all.</summary>
    public bool IsError => Reason is not null;

    public static Http3Error Connection(ErrorCode code, string reason) => new(code, reason, closesConnection: true);

    public static Http3Error Stream(ErrorCode code, string reason) => new(code, reason, closesConnection: false);
}
