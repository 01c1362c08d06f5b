namespace HyperGen.Http3.Priorities;

/// <summary>The <c>priority</c> field of a header section, gathered from its lines.</summary>
internal struct PriorityField
{
    private PriorityParameters _parameters;
    private bool _hasLine;
    private bool _hasEmptyLine;
    private bool _isMalformed;

    /// <summary>What it states: nothing when there is none, or when it is malformed.</summary>
    public readonly PriorityParameters Parameters => _isMalformed ? default : _parameters;

    /// <summary>Adds a line, as if it followed those before it and a comma.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        //= https://www.rfc-editor.org/rfc/rfc8941#section-4.2
        //# When generating input_bytes, parsers MUST combine all field lines in the same section (header or trailer) that case-insensitively match the field name into one comma-separated field-value, as per [RFC7230], Section 3.2.2;
        bool isEmpty = line.TrimStart((byte)' ').IsEmpty;
        bool endsAtComma = _hasLine && (isEmpty || _hasEmptyLine);
        _hasLine = true;
        _hasEmptyLine |= isEmpty;

        //= https://www.rfc-editor.org/rfc/rfc8941#section-4.2
        //# If parsing fails -- including when calling another algorithm -- the entire field value MUST be ignored (i.e., treated as if the field were not present in the section).
        _isMalformed |= endsAtComma || !PriorityParameters.TryRead(line, ref _parameters);
    }
}
