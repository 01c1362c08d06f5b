using System.Buffers;

namespace HyperGen.Http3.Priorities;

/// <summary>
/// Reads a Dictionary (RFC 8941 section 4.2.2), member by member, where it lies. Everything is checked, also what nobody asks for: a field is either a
/// Dictionary or ignored as a whole. The work is linear in its length.
/// </summary>
internal ref struct DictionaryReader(ReadOnlySpan<byte> value)
{
    /// <summary>Integers of more digits are malformed.</summary>
    private const int MaxIntegerDigits = 15;

    /// <summary>Digits of a Decimal in front of its point.</summary>
    private const int MaxWholeDigits = 12;

    /// <summary>Digits of a Decimal behind its point.</summary>
    private const int MaxFractionDigits = 3;

    private static readonly SearchValues<byte> s_key = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.*"u8);
    private static readonly SearchValues<byte> s_token =
        SearchValues.Create("!#$%&'*+-.^_`|~:/0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);
    private static readonly SearchValues<byte> s_base64 = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/="u8);

    private ReadOnlySpan<byte> _rest = value.TrimStart((byte)' ');

    /// <summary>Whether it is no Dictionary; to be asked when there are no more members.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Reads the next member. Of those with the same key only the last counts.</summary>
    public bool TryRead(out ReadOnlySpan<byte> key, out DictionaryMember member)
    {
        key = default;
        member = default;
        if (IsMalformed || _rest.IsEmpty)
        {
            return false;
        }
        IsMalformed = !TryReadKey(out key) || !TryReadMember(out member) || !TryReadSeparator();
        return !IsMalformed;
    }

    private bool TryReadKey(out ReadOnlySpan<byte> key)
    {
        key = _rest is [(>= (byte)'a' and <= (byte)'z') or (byte)'*', ..] ? TakeWhile(s_key) : default;
        return !key.IsEmpty;
    }

    private bool TryReadMember(out DictionaryMember member)
    {
        member = new DictionaryMember(DictionaryMemberType.Boolean, 1);
        return (!TryTake((byte)'=') || TryReadItemOrList(out member)) && TryReadParameters();
    }

    private bool TryReadSeparator()
    {
        SkipWhitespace();
        if (_rest.IsEmpty)
        {
            return true;
        }
        if (!TryTake((byte)','))
        {
            return false;
        }
        SkipWhitespace();
        return !_rest.IsEmpty;
    }

    /// <summary>Reads what a member is, up to its parameters.</summary>
    private bool TryReadItemOrList(out DictionaryMember member)
    {
        if (!TryTake((byte)'('))
        {
            return TryReadBareItem(out member);
        }
        member = default;
        while (true)
        {
            _rest = _rest.TrimStart((byte)' ');
            if (TryTake((byte)')'))
            {
                return true;
            }
            if (!TryReadBareItem(out _) || !TryReadParameters() || _rest is not [(byte)' ' or (byte)')', ..])
            {
                return false;
            }
        }
    }

    private bool TryReadParameters()
    {
        while (TryTake((byte)';'))
        {
            _rest = _rest.TrimStart((byte)' ');
            if (!TryReadKey(out _) || (TryTake((byte)'=') && !TryReadBareItem(out _)))
            {
                return false;
            }
        }
        return true;
    }

    private bool TryReadBareItem(out DictionaryMember item)
    {
        item = default;
        switch (_rest)
        {
            case [(byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..]:
                return TryReadNumber(out item);
            case [(byte)'?', (byte)'0' or (byte)'1', ..]:
                item = new DictionaryMember(DictionaryMemberType.Boolean, _rest[1] - '0');
                _rest = _rest[2..];
                return true;
            case [(byte)'"', ..]:
                return TryReadString();
            case [(byte)':', ..]:
                return TryReadByteSequence();
            case [(byte)'*' or (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z'), ..]:
                TakeWhile(s_token);
                return true;
            default:
                return false;
        }
    }

    private bool TryReadNumber(out DictionaryMember number)
    {
        number = default;
        bool isNegative = TryTake((byte)'-');
        ReadOnlySpan<byte> whole = TakeDigits();
        if (whole.IsEmpty || whole.Length > MaxIntegerDigits)
        {
            return false;
        }
        if (TryTake((byte)'.'))
        {
            return whole.Length <= MaxWholeDigits && TakeDigits().Length is >= 1 and <= MaxFractionDigits;
        }
        long integer = 0;
        foreach (byte digit in whole)
        {
            integer = integer * 10 + (digit - '0');
        }
        number = new DictionaryMember(DictionaryMemberType.Integer, isNegative ? -integer : integer);
        return true;
    }

    private bool TryReadString()
    {
        for (int index = 1; index < _rest.Length; index++)
        {
            switch (_rest[index])
            {
                case (byte)'"':
                    _rest = _rest[(index + 1)..];
                    return true;
                case (byte)'\\' when index + 1 < _rest.Length && _rest[index + 1] is (byte)'"' or (byte)'\\':
                    index++;
                    break;
                case (byte)'\\' or < 0x20 or >= 0x7f:
                    return false;
            }
        }
        return false;
    }

    private bool TryReadByteSequence()
    {
        int length = _rest[1..].IndexOf((byte)':');
        if (length < 0 || !IsBase64(_rest.Slice(1, length)))
        {
            return false;
        }
        _rest = _rest[(length + 2)..];
        return true;
    }

    /// <summary>Padding may be missing, but not stand elsewhere than at the end.</summary>
    private static bool IsBase64(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> symbols = content.TrimEnd((byte)'=');
        int padding = content.Length - symbols.Length;
        return !content.ContainsAnyExcept(s_base64) && !symbols.Contains((byte)'=') && symbols.Length % 4 != 1 && (padding == 0 || content.Length % 4 == 0);
    }

    private ReadOnlySpan<byte> TakeDigits()
    {
        int length = _rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return Take(length < 0 ? _rest.Length : length);
    }

    private ReadOnlySpan<byte> TakeWhile(SearchValues<byte> allowed)
    {
        int length = _rest.IndexOfAnyExcept(allowed);
        return Take(length < 0 ? _rest.Length : length);
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        ReadOnlySpan<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private bool TryTake(byte character)
    {
        if (_rest.IsEmpty || _rest[0] != character)
        {
            return false;
        }
        _rest = _rest[1..];
        return true;
    }

    private void SkipWhitespace() => _rest = _rest.TrimStart(" \t"u8);
}
