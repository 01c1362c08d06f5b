namespace HyperGen.Http3.Priorities;

/// <summary>The priority parameters (RFC 9218 section 4) that somebody has stated, in one byte. The default states none, which means the defaults.</summary>
internal readonly record struct PriorityParameters
{
    /// <summary>The least urgent there is.</summary>
    public const byte MaxUrgency = 7;

    /// <summary>The longest that <see cref="Write"/> writes.</summary>
    public const int MaxLength = 9;

    private const byte DefaultUrgency = 3;
    private const byte UrgencyBits = 0b0000_0111;
    private const byte HasUrgency = 0b0000_1000;
    private const byte IncrementalBit = 0b0001_0000;
    private const byte HasIncremental = 0b0010_0000;

    private readonly byte _bits;

    /// <param name="urgency">0 (first) to 7; null to state nothing of it.</param>
    /// <param name="incremental">Whether parts are of use before all is there; null to state nothing of it.</param>
    public PriorityParameters(byte? urgency, bool? incremental)
        : this((byte)((urgency is { } level ? HasUrgency | (level & UrgencyBits) : 0) | (incremental is { } shares ? HasIncremental | (shares ? IncrementalBit : 0) : 0)))
    {
    }

    private PriorityParameters(byte bits) => _bits = bits;

    /// <summary>The same in six bits, for <see cref="FromBits"/>.</summary>
    public byte Bits => _bits;

    /// <summary>Whether nothing is stated.</summary>
    public bool IsEmpty => _bits == 0;

    //= https://www.rfc-editor.org/rfc/rfc9218#section-4
    //# When receiving an HTTP request that does not carry these priority parameters, a server SHOULD act as if their default values were specified.

    /// <summary>0 (first) to 7; 3 unless it was stated.</summary>
    public byte Urgency => (_bits & HasUrgency) != 0 ? (byte)(_bits & UrgencyBits) : DefaultUrgency;

    /// <summary>Whether parts are of use before all is there; false unless it was stated.</summary>
    public bool Incremental => (_bits & IncrementalBit) != 0;

    /// <summary>What <see cref="Bits"/> gave.</summary>
    public static PriorityParameters FromBits(byte bits) => new(bits);

    /// <summary>These, and of those that they do not state what the other states (RFC 9218 section 8).</summary>
    public PriorityParameters Over(PriorityParameters other) => new(
        (byte)(((_bits & HasUrgency) != 0 ? _bits : other._bits) & (HasUrgency | UrgencyBits)
            | ((_bits & HasIncremental) != 0 ? _bits : other._bits) & (HasIncremental | IncrementalBit)));

    /// <summary>Reads a Priority Field Value, or a further line of one; false when it is no Dictionary of RFC 8941.</summary>
    /// <param name="value">The value.</param>
    /// <param name="parameters">What the lines before it stated; of a parameter that comes again, the last counts.</param>
    public static bool TryRead(ReadOnlySpan<byte> value, ref PriorityParameters parameters)
    {
        var reader = new DictionaryReader(value);
        byte bits = parameters._bits;
        while (reader.TryRead(out ReadOnlySpan<byte> key, out DictionaryMember member))
        {
            //= https://www.rfc-editor.org/rfc/rfc9218#section-4
            //# Where the Dictionary is successfully parsed, this document places the additional requirement that unknown priority parameters, priority parameters with out-of-range values, or values of unexpected types MUST be ignored.
            if (key is [(byte)'u'])
            {
                // One that counts for nothing has still taken the place of the one before it: the Dictionary has each key once.
                bits &= unchecked((byte)~(HasUrgency | UrgencyBits));
                if (member is { Type: DictionaryMemberType.Integer, Number: >= 0 and <= MaxUrgency })
                {
                    bits |= (byte)(HasUrgency | (byte)member.Number);
                }
            }
            else if (key is [(byte)'i'])
            {
                bits &= unchecked((byte)~(HasIncremental | IncrementalBit));
                if (member.Type == DictionaryMemberType.Boolean)
                {
                    bits |= (byte)(HasIncremental | (member.Number != 0 ? IncrementalBit : 0));
                }
            }
        }
        if (reader.IsMalformed)
        {
            return false;
        }
        parameters = new PriorityParameters(bits);
        return true;
    }

    /// <summary>Writes what is stated as a Priority Field Value, and returns its length.</summary>
    public int Write(Span<byte> destination)
    {
        int length = 0;
        if ((_bits & HasUrgency) != 0)
        {
            "u="u8.CopyTo(destination);
            destination[2] = (byte)('0' + Urgency);
            length = 3;
        }
        if ((_bits & HasIncremental) == 0)
        {
            return length;
        }
        if (length > 0)
        {
            ", "u8.CopyTo(destination[length..]);
            length += 2;
        }
        ReadOnlySpan<byte> member = Incremental ? "i"u8 : "i=?0"u8;
        member.CopyTo(destination[length..]);
        return length + member.Length;
    }
}
