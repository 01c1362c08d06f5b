namespace HyperGen.Tls.Messages;

/// <summary>Walks through a block of extensions (RFC 9846, section 4.3).</summary>
internal ref struct ExtensionReader(ReadOnlySpan<byte> block)
{
    private MessageReader _rest = new(block);
    private ulong _seen;

    /// <summary>What was wrong with the block; null while nothing is.</summary>
    public TlsError? Error { get; private set; }

    /// <summary>Whether nothing follows what was read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The next extension, of a type that may be unknown. False at the end and when there is an <see cref="Error"/>.</summary>
    public bool TryRead(out ExtensionType type, out ReadOnlySpan<byte> body)
    {
        type = default;
        body = default;
        if (Error is not null || _rest.IsEmpty)
        {
            return false;
        }

        if (!_rest.TryUInt16(out var number) || !_rest.TryVector16(out body))
        {
            Error = TlsError.FromAlert(TlsAlert.DecodeError, "An extension extends beyond its block.");
            return false;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3
        //# There MUST NOT be more than one extension of the same type in a given
        //# extension block.
        // All types we act on are below 64; repetitions of one that we ignore are ignored too.
        type = (ExtensionType)number;
        if (number < 64)
        {
            var bit = 1UL << number;
            if ((_seen & bit) != 0)
            {
                Error = TlsError.FromAlert(TlsAlert.IllegalParameter, $"Extension {number} appears twice.");
                return false;
            }

            _seen |= bit;
        }

        return true;
    }

    /// <summary>The error of a response with an extension that was not asked for, or does not belong there.</summary>
    public static TlsError Unexpected(ExtensionType type, ExtensionPlaces message)
    {
        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3
        //# Upon receiving such an extension, an endpoint MUST abort the handshake with an
        //# "unsupported_extension" alert.
        return Misplaced(type, message)
            ?? TlsError.FromAlert(TlsAlert.UnsupportedExtension, $"The {message} has extension {(ushort)type}, which was not asked for.");
    }

    /// <summary>The error of a message with an extension that we know and that does not belong there; null for one that may be ignored.</summary>
    public static TlsError? Misplaced(ExtensionType type, ExtensionPlaces message)
    {
        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3
        //# If an implementation receives an extension which
        //# it recognizes and which is not specified for the message in which it
        //# appears, it MUST abort the handshake with an "illegal_parameter" alert.
        return type.IsMisplacedIn(message)
            ? TlsError.FromAlert(TlsAlert.IllegalParameter, $"The {message} has extension {type}, which belongs elsewhere.")
            : null;
    }
}
