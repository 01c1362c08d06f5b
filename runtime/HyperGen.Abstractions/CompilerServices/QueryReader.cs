using System.Text;

namespace HyperGen.CompilerServices;

/// <summary>Reads the pairs of a query as it was sent: <c>name=value</c>, separated by <c>&amp;</c>. Names and values stay percent-encoded until <see cref="Decode"/>.</summary>
internal ref struct QueryReader(ReadOnlySpan<byte> query)
{
    /// <summary>Matches ASP.NET Core's limit for forms, <c>FormOptions.ValueCountLimit</c>.</summary>
    public const int MaxPairs = 1024;

    private ReadOnlySpan<byte> _rest = query;
    private int _pairs;

    public ReadOnlySpan<byte> Name { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Whether reading stopped because the query has more than <see cref="MaxPairs"/> pairs.</summary>
    public readonly bool TooMany => _pairs > MaxPairs;

    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            int end = _rest.IndexOf((byte)'&');
            ReadOnlySpan<byte> pair = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (pair.IsEmpty)
            {
                continue;
            }
            if (++_pairs > MaxPairs)
            {
                return false;
            }
            int equals = pair.IndexOf((byte)'=');
            Name = equals < 0 ? pair : pair[..equals];
            Value = equals < 0 ? default : pair[(equals + 1)..];
            return true;
        }
        return false;
    }

    /// <summary>Moves to the next pair of a name, compared as ASP.NET Core does: without regard to the case of ASCII letters.</summary>
    public bool MoveTo(ReadOnlySpan<byte> name)
    {
        while (MoveNext())
        {
            if (NameIs(name))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether a name or value must go through <see cref="Decode"/>.</summary>
    public static bool IsEncoded(ReadOnlySpan<byte> raw) => raw.ContainsAny((byte)'%', (byte)'+');

    /// <summary>Decodes <c>%XX</c> and <c>+</c>. What is no escape stays as it is, as in ASP.NET Core.</summary>
    /// <param name="raw">The encoded text.</param>
    /// <param name="decoded">At least as long.</param>
    /// <returns>The length of the decoded text.</returns>
    public static int Decode(ReadOnlySpan<byte> raw, Span<byte> decoded)
    {
        int written = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            byte c = raw[i];
            if (c == '+')
            {
                c = (byte)' ';
            }
            else if (c == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit((char)raw[i + 1]) && char.IsAsciiHexDigit((char)raw[i + 2]))
            {
                c = (byte)((Hex(raw[i + 1]) << 4) | Hex(raw[i + 2]));
                i += 2;
            }
            decoded[written++] = c;
        }
        return written;
    }

    private readonly bool NameIs(ReadOnlySpan<byte> name)
    {
        if (!IsEncoded(Name))
        {
            return Same(Name, name);
        }
        // An escape is three bytes for one, so a longer name cannot be this one.
        if (Name.Length > name.Length * 3)
        {
            return false;
        }
        Span<byte> decoded = Name.Length <= 256 ? stackalloc byte[256] : new byte[Name.Length];
        return Same(decoded[..Decode(Name, decoded)], name);
    }

    private static bool Same(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a.SequenceEqual(b) || Ascii.EqualsIgnoreCase(a, b);

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
