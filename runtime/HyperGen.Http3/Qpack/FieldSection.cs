using System.Buffers;

namespace HyperGen.Http3.Qpack;

/// <summary>A decoded field section: names and values as ranges of one buffer. It is reused from message to message.</summary>
/// <remarks>
/// Its two arrays grow to what a peer sends, up to the limits, and <see cref="Clear"/> gives back what an unusual message made them:
/// in the steady state of small requests nothing is allocated and nothing is rented.
/// </remarks>
internal sealed class FieldSection : IDisposable
{
    /// <summary>A buffer above this is not kept between messages.</summary>
    private const int KeptBytes = 4096;

    private byte[] _bytes = [];
    private FieldLine[] _lines = [];
    private int _length;
    private int _countedBytes;

    /// <param name="limits">How much a peer may send.</param>
    public FieldSection(FieldLimits limits) => Limits = limits;

    /// <summary>How much a peer may send.</summary>
    public FieldLimits Limits { get; }

    /// <summary>The field lines, in the order they came.</summary>
    public ReadOnlySpan<FieldLine> Lines => _lines.AsSpan(0, Count);

    /// <summary>The number of field lines.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the section went over its limits. What came after is not in it.</summary>
    public bool IsOverLimit { get; private set; }

    /// <summary>The name of a field line, in lower case unless the peer broke the rule.</summary>
    public ReadOnlySpan<byte> Name(in FieldLine line) =>
        line.Field != KnownField.None ? StaticTable.Name((int)line.Field) : _bytes.AsSpan(line.NameStart, line.NameLength);

    /// <summary>The value of a field line.</summary>
    public ReadOnlySpan<byte> Value(scoped in FieldLine line) =>
        line.StaticValue >= 0 ? StaticTable.Value(line.StaticValue) : _bytes.AsSpan(line.ValueStart, line.ValueLength);

    /// <summary>Forgets all lines.</summary>
    public void Clear()
    {
        Count = 0;
        _length = 0;
        _countedBytes = 0;
        IsOverLimit = false;
        if (_bytes.Length > KeptBytes)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        ArrayPool<FieldLine>.Shared.Return(_lines);
        _bytes = [];
        _lines = [];
        Count = 0;
    }

    /// <summary>Adds a line that the static table has whole.</summary>
    internal bool TryAdd(int staticIndex) =>
        TryCount(StaticTable.Name(staticIndex).Length + StaticTable.Value(staticIndex).Length)
        && Append(new FieldLine((KnownField)StaticTable.First(staticIndex), 0, 0, staticIndex, 0, 0));

    /// <summary>Adds a line whose name the static table has.</summary>
    internal bool TryAdd(KnownField name, int valueStart) =>
        TryCount(StaticTable.Name((int)name).Length + _length - valueStart)
        && Append(new FieldLine(name, 0, 0, -1, valueStart, _length - valueStart));

    /// <summary>Adds a line whose name and value were stored one after the other.</summary>
    internal bool TryAdd(int nameStart, int valueStart)
    {
        // Encoders may spell out names that have an index: readers of the section need not care.
        int known = StaticTable.FindName(_bytes.AsSpan(nameStart, valueStart - nameStart));
        return TryCount(_length - nameStart)
            && Append(new FieldLine((KnownField)known, nameStart, valueStart - nameStart, -1, valueStart, _length - valueStart));
    }

    /// <summary>Where the next stored string will begin.</summary>
    internal int Position => _length;

    /// <summary>Room for a string that is then stored by <see cref="Advance"/>; empty, and the section over its limit, for one too long.</summary>
    internal bool TryReserve(int length, out Span<byte> destination)
    {
        // Huffman decoding is given room for its worst case, 8/5 of what was sent, which must not count as over the limit.
        if (length > (Limits.Bytes - _countedBytes) * 2)
        {
            IsOverLimit = true;
            destination = default;
            return false;
        }
        if (_bytes.Length - _length < length)
        {
            Grow(length);
        }
        destination = _bytes.AsSpan(_length);
        return true;
    }

    /// <summary>Stores what was written into the reserved room.</summary>
    internal void Advance(int length) => _length += length;

    //= https://www.rfc-editor.org/rfc/rfc9114#section-4.2.2
    //# The size of a field list is calculated based on the uncompressed size of fields, including the length of the name and value in bytes plus an overhead of 32 bytes for each field.
    private bool TryCount(int bytes)
    {
        _countedBytes += bytes + 32;
        IsOverLimit |= _countedBytes > Limits.Bytes || Count >= Limits.Count;
        return !IsOverLimit;
    }

    private bool Append(in FieldLine line)
    {
        if (Count == _lines.Length)
        {
            FieldLine[] lines = ArrayPool<FieldLine>.Shared.Rent(Math.Max(16, Count * 2));
            _lines.CopyTo(lines, 0);
            ArrayPool<FieldLine>.Shared.Return(_lines);
            _lines = lines;
        }
        _lines[Count++] = line;
        return true;
    }

    private void Grow(int length)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Math.Max(1024, Math.Max(_bytes.Length * 2, _length + length)));
        _bytes.AsSpan(0, _length).CopyTo(bytes);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = bytes;
    }
}
