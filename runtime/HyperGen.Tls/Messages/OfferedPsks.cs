namespace HyperGen.Tls.Messages;

/// <summary>The pre_shared_key extension of a ClientHello (RFC 9846, section 4.3.11), of which we look at the first key only.</summary>
internal ref struct OfferedPsks
{
    public ReadOnlySpan<byte> Identity { get; private set; }

    public uint ObfuscatedTicketAge { get; private set; }

    public ReadOnlySpan<byte> Binder { get; private set; }

    /// <summary>Bytes at the end of the ClientHello that no binder covers: the list of binders with its length.</summary>
    public int BindersLength { get; private set; }

    /// <summary>Reads the extension's body.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static TlsError? Parse(ReadOnlySpan<byte> body, out OfferedPsks offered)
    {
        offered = default;
        var outer = new MessageReader(body);
        if (!outer.TryVector16(out var identities) || !outer.TryVector16(out var binders) || !outer.IsEmpty)
        {
            return Malformed();
        }

        offered.BindersLength = 2 + binders.Length;
        var identityReader = new MessageReader(identities);
        var binderReader = new MessageReader(binders);
        for (var isFirst = true; isFirst || !identityReader.IsEmpty; isFirst = false)
        {
            if (!identityReader.TryVector16(out var identity)
                || identity.IsEmpty
                || !identityReader.TryUInt32(out var age)
                || !binderReader.TryVector8(out var binder)
                || binder.Length < 32)
            {
                return Malformed();
            }

            if (isFirst)
            {
                offered.Identity = identity;
                offered.ObfuscatedTicketAge = age;
                offered.Binder = binder;
            }
        }

        return binderReader.IsEmpty ? null : TlsError.FromAlert(TlsAlert.IllegalParameter, "There are more binders than pre-shared keys.");
    }

    private static TlsError Malformed() => TlsError.FromAlert(TlsAlert.DecodeError, "The extension PreSharedKey is malformed.");
}
