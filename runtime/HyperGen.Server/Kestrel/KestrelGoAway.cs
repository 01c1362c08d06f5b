namespace HyperGen.Server.Kestrel;

/// <summary>Corrects what Kestrel sends first when it is to stop: a GOAWAY that takes every request there can be, with an identifier that no request has.</summary>
/// <remarks>
/// It sends 2^62-1, which is a stream of the server's. A client that keeps to the rule closes the connection then, and with it the requests that Kestrel means to end in peace.
/// </remarks>
internal static class KestrelGoAway
{
    //= https://www.rfc-editor.org/rfc/rfc9114#section-5.2
    //# For a server, the identifier is a client-initiated bidirectional stream ID
    private const byte LastByteOfGreatestRequest = 0xfc;

    private static ReadOnlySpan<byte> Frame => [0x07, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

    /// <summary>Puts the greatest identifier of a request in the place of that one.</summary>
    /// <param name="bytes">Part of Kestrel's control stream, as it was flushed: a frame is never cut. Nothing else in it looks like this.</param>
    public static void Correct(Span<byte> bytes)
    {
        int at = bytes.IndexOf(Frame);
        if (at >= 0)
        {
            bytes[at + Frame.Length - 1] = LastByteOfGreatestRequest;
        }
    }
}
