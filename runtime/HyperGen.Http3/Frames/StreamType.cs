namespace HyperGen.Http3.Frames;

/// <summary>The types that begin unidirectional streams (RFC 9114 section 6.2, RFC 9204 section 4.2).</summary>
internal enum StreamType : ulong
{
    Control = 0x00,
    Push = 0x01,
    QpackEncoder = 0x02,
    QpackDecoder = 0x03,
}
