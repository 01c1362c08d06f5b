namespace HyperGen.Tls.Messages;

/// <summary>The CertificateRequest message (RFC 9846, section 4.4.2).</summary>
internal static class CertificateRequest
{
    /// <summary>Writes a message that asks for a certificate during the handshake.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="schemes">The signature algorithms that can be verified.</param>
    /// <param name="certificateSchemes">Those that can be verified in certificates.</param>
    public static void Write(MessageWriter writer, IEnumerable<SignatureScheme> schemes, IEnumerable<SignatureScheme> certificateSchemes)
    {
        var message = writer.Begin(HandshakeType.CertificateRequest);
        writer.UInt8(0);
        var block = writer.Begin16();

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2
        //# The "signature_algorithms" extension MUST be specified
        writer.SchemeList(ExtensionType.SignatureAlgorithms, schemes);
        writer.SchemeList(ExtensionType.SignatureAlgorithmsCert, certificateSchemes);
        writer.End16(block);
        writer.End24(message);
    }

    /// <summary>Reads the body of a message that comes during the handshake.</summary>
    /// <param name="body">The body.</param>
    /// <param name="schemes">The signature algorithms that the server can verify, most preferred first.</param>
    /// <returns>Null, or what is wrong with it.</returns>
    public static TlsError? Parse(ReadOnlySpan<byte> body, out UInt16List schemes)
    {
        schemes = default;
        var outer = new MessageReader(body);
        if (!outer.TryVector8(out var context) || !outer.TryVector16(out var block) || !outer.IsEmpty)
        {
            return Malformed();
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2
        //# This field SHALL be zero length
        //# unless used for the post-handshake authentication exchanges
        if (!context.IsEmpty)
        {
            return TlsError.FromAlert(TlsAlert.IllegalParameter, "The CertificateRequest has a context during the handshake.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2
        //# Clients MUST ignore unrecognized extensions.
        var hasSchemes = false;
        var reader = new ExtensionReader(block);
        while (reader.TryRead(out var type, out var extension))
        {
            if (type != ExtensionType.SignatureAlgorithms)
            {
                if (ExtensionReader.Misplaced(type, ExtensionPlaces.CertificateRequest) is { } error)
                {
                    return error;
                }

                continue;
            }

            var value = new MessageReader(extension);
            if (!value.TryVector16(out var list) || !value.IsEmpty || !UInt16List.IsValid(list))
            {
                return Malformed();
            }

            hasSchemes = true;
            schemes = new UInt16List(list);
        }

        return reader.Error
            ?? (hasSchemes ? null : TlsError.FromAlert(TlsAlert.MissingExtension, "The CertificateRequest lacks signature_algorithms."));
    }

    private static TlsError Malformed() => TlsError.FromAlert(TlsAlert.DecodeError, "The CertificateRequest message is malformed.");
}
