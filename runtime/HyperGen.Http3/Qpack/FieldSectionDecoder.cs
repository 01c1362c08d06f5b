using System.Buffers;

namespace HyperGen.Http3.Qpack;

/// <summary>Decodes an encoded field section (RFC 9204 section 4.5) into a <see cref="FieldSection"/>.</summary>
/// <remarks>
/// We announce a dynamic table of capacity 0, so a reference to it cannot be valid and no section ever waits for one. Decoding stops early,
/// without an error, where the section goes over its limits: the caller answers 431.
/// </remarks>
internal ref struct FieldSectionDecoder
{
    private readonly FieldSection _fields;
    private ReadOnlySpan<byte> _rest;
    private string? _reason;

    private FieldSectionDecoder(ReadOnlySpan<byte> encoded, FieldSection fields)
    {
        _rest = encoded;
        _fields = fields;
    }

    /// <summary>Decodes a whole section.</summary>
    /// <param name="encoded">The payload of a HEADERS frame.</param>
    /// <param name="fields">Receives the lines; empty before.</param>
    /// <returns>A connection error when the section is not valid.</returns>
    public static Http3Error Decode(ReadOnlySpan<byte> encoded, FieldSection fields)
    {
        var decoder = new FieldSectionDecoder(encoded, fields);
        decoder.Run();

        //= https://www.rfc-editor.org/rfc/rfc9204#section-2.2.3
        //# it MUST treat this as a connection error of type QPACK_DECOMPRESSION_FAILED.
        return decoder._reason is { } reason ? Http3Error.Connection(ErrorCode.QpackDecompressionFailed, reason) : default;
    }

    private void Run()
    {
        bool goesOn = TryReadPrefix();
        while (goesOn && !_rest.IsEmpty)
        {
            byte first = _rest[0];
            goesOn = first switch
            {
                >= 0x80 => TryReadIndexed((first & 0x40) != 0),
                >= 0x40 => TryReadNameReference((first & 0x10) != 0),
                >= 0x20 => TryReadLiteral(),
                _ => Fail("A post-Base index refers to a dynamic table of capacity 0."),
            };
        }
    }

    private bool TryReadPrefix()
    {
        if (!TryReadInteger(8, out ulong requiredInsertCount))
        {
            return false;
        }

        //= https://www.rfc-editor.org/rfc/rfc9204#section-4.5.1.1
        //# If the decoder encounters a value of EncodedInsertCount that could not have been produced by a conformant encoder, it MUST treat this as a connection error of type QPACK_DECOMPRESSION_FAILED.
        if (requiredInsertCount != 0)
        {
            return Fail("The Required Insert Count refers to a dynamic table of capacity 0.");
        }
        bool isNegative = !_rest.IsEmpty && _rest[0] >= 0x80;
        if (!TryReadInteger(7, out _))
        {
            return false;
        }

        //= https://www.rfc-editor.org/rfc/rfc9204#section-4.5.1.2
        //# An endpoint MUST treat a field block with a Sign bit of 1 as invalid if the value of Required Insert Count is less than or equal to the value of Delta Base.
        return !isNegative || Fail("The Base is negative.");
    }

    private bool TryReadIndexed(bool isStatic) => TryReadInteger(6, out ulong index) && TryResolve(isStatic, index) && _fields.TryAdd((int)index);

    private bool TryReadNameReference(bool isStatic)
    {
        if (!TryReadInteger(4, out ulong index) || !TryResolve(isStatic, index))
        {
            return false;
        }
        int valueStart = _fields.Position;
        return TryReadString(7) && _fields.TryAdd((KnownField)StaticTable.First((int)index), valueStart);
    }

    private bool TryReadLiteral()
    {
        int nameStart = _fields.Position;
        if (!TryReadString(3))
        {
            return false;
        }
        int valueStart = _fields.Position;
        return TryReadString(7) && _fields.TryAdd(nameStart, valueStart);
    }

    private bool TryResolve(bool isStatic, ulong index)
    {
        if (!isStatic)
        {
            return Fail("An index refers to a dynamic table of capacity 0.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9204#section-3.1
        //# When the decoder encounters an invalid static table index in a field line representation, it MUST treat this as a connection error of type QPACK_DECOMPRESSION_FAILED.
        return index < (ulong)StaticTable.Count || Fail("An index is outside the static table.");
    }

    private bool TryReadString(int prefixBits)
    {
        bool isHuffman = !_rest.IsEmpty && (_rest[0] & 1 << prefixBits) != 0;
        if (!TryReadInteger(prefixBits, out ulong length))
        {
            return false;
        }
        if (length > (ulong)_rest.Length)
        {
            return Fail("A string is truncated.");
        }
        ReadOnlySpan<byte> text = _rest[..(int)length];
        _rest = _rest[(int)length..];
        if (!_fields.TryReserve(isHuffman ? Huffman.MaxDecodedLength(text.Length) : text.Length, out Span<byte> destination))
        {
            return false;
        }
        int written = text.Length;
        if (!isHuffman)
        {
            text.CopyTo(destination);
        }
        else if (!Huffman.TryDecode(text, destination, out written))
        {
            return Fail("A Huffman-encoded string is not valid.");
        }
        _fields.Advance(written);
        return true;
    }

    private bool TryReadInteger(int prefixBits, out ulong value)
    {
        if (PrefixedInteger.TryRead(_rest, prefixBits, out value, out int length) != OperationStatus.Done)
        {
            return Fail("An integer is truncated or above 62 bits.");
        }
        _rest = _rest[length..];
        return true;
    }

    private bool Fail(string reason)
    {
        _reason = reason;
        return false;
    }
}
