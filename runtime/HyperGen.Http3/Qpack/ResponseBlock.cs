namespace HyperGen.Http3.Qpack;

/// <summary>The part of a response's header section that is the same every time, encoded once: prefix, status, and fixed fields.</summary>
/// <remarks>A response is sent as this block, then what differs: <c>content-length</c>, <c>date</c>, and the fields a handler set.</remarks>
internal sealed class ResponseBlock
{
    private readonly byte[] _encoded;

    private ResponseBlock(int status, byte[] encoded)
    {
        Status = status;
        _encoded = encoded;
    }

    /// <summary>The status code.</summary>
    public int Status { get; }

    /// <summary>The encoded field lines, behind the prefix of the section.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded;

    /// <summary>Encodes a block.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="fields">Names in lower case, and values.</param>
    public static ResponseBlock Create(int status, params ReadOnlySpan<(byte[] Name, byte[] Value)> fields)
    {
        int size = FieldSectionEncoder.PrefixLength + FieldSectionEncoder.MaxShortLine;
        foreach ((byte[] name, byte[] value) in fields)
        {
            size += FieldSectionEncoder.MaxLength(name.Length, value.Length);
        }
        var buffer = new byte[size];
        int written = FieldSectionEncoder.WritePrefix(buffer);
        written += FieldSectionEncoder.WriteStatus(buffer.AsSpan(written), status);
        foreach ((byte[] name, byte[] value) in fields)
        {
            written += FieldSectionEncoder.Write(buffer.AsSpan(written), name, value, useHuffman: true);
        }
        return new ResponseBlock(status, buffer[..written]);
    }
}
