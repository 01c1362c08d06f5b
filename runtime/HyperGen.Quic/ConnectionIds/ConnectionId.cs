using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace HyperGen.Quic;

/// <summary>A connection ID: 0 to 20 bytes, held by value.</summary>
internal readonly struct ConnectionId : IEquatable<ConnectionId>
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
    //# In QUIC version 1, this value MUST NOT exceed 20 bytes.

    /// <summary>The longest connection ID of QUIC version 1.</summary>
    public const int MaxLength = 20;

    private readonly Storage _bytes;
    private readonly byte _length;

    /// <summary>Copies the ID.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxLength" /> bytes.</exception>
    public ConnectionId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxLength) throw new ArgumentException("A connection ID has at most 20 bytes.", nameof(bytes));
        Span<byte> storage = _bytes;
        bytes.CopyTo(storage);
        _length = (byte)bytes.Length;
    }

    /// <summary>Its length in bytes.</summary>
    public int Length => _length;

    /// <summary>Its bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => ((ReadOnlySpan<byte>)_bytes)[.._length];

    /// <inheritdoc />
    public bool Equals(ConnectionId other) => _length == other._length && Span.SequenceEqual(other.Span);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ConnectionId other && Equals(other);

    /// <summary>Unkeyed: maps that hold IDs of a peer's choosing use <see cref="ConnectionIdComparer" />.</summary>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>The ID in hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);

    /// <summary>Whether two IDs are the same bytes.</summary>
    public static bool operator ==(ConnectionId left, ConnectionId right) => left.Equals(right);

    /// <summary>Whether two IDs differ.</summary>
    public static bool operator !=(ConnectionId left, ConnectionId right) => !left.Equals(right);

    [InlineArray(MaxLength)]
    private struct Storage
    {
        private byte _first;
    }
}
