namespace HyperGen.Http3.Frames;

/// <summary>What the peer's control stream tells.</summary>
internal interface IControlSink
{
    /// <summary>The peer's settings, once, before anything else; an error when they take back what it had promised.</summary>
    Http3Error OnSettings(in Settings settings);

    /// <summary>The peer takes no more requests (to a client: from that stream on), or pushes (to a server: from that push on).</summary>
    void OnGoAway(ulong id);

    /// <summary>Pushes up to this one may be promised.</summary>
    void OnMaxPushId(ulong id);

    /// <summary>A push is not wanted, or will not come; an error when there was never such a push.</summary>
    Http3Error OnCancelPush(ulong id);

    /// <summary>RFC 9218: the priority of a request or a push changed; an error when there cannot be such a one, or the value is malformed.</summary>
    Http3Error OnPriorityUpdate(bool isPush, ulong id, ReadOnlySpan<byte> value);
}
