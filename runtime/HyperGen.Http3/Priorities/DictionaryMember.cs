namespace HyperGen.Http3.Priorities;

/// <summary>What a member of a Dictionary is, as far as anybody here asks.</summary>
internal enum DictionaryMemberType
{
    /// <summary>A Decimal, a String, a Token, a Byte Sequence, or an Inner List.</summary>
    Other,

    /// <summary>An Integer.</summary>
    Integer,

    /// <summary>A Boolean, as 0 or 1.</summary>
    Boolean,
}

/// <summary>The value of a member of a Dictionary.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Number">An Integer or a Boolean; 0 for anything else.</param>
internal readonly record struct DictionaryMember(DictionaryMemberType Type, long Number);
