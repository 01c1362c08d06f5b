namespace HyperGen.Tls.Messages;

/// <summary>The CertificateRequest message (RFC 9846, section 4.4.2).</summary>
internal static class CertificateRequest
{
    /// <summary>Checks the body of a message that comes during the handshake.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static TlsError? Check(ReadOnlySpan<byte> body)
    {
        var outer = new MessageReader(body);
        if (!outer.TryVector8(out var context) || !outer.TryVector16(out var block) || !outer.IsEmpty)
        {
            return TlsError.FromAlert(TlsAlert.DecodeError, "The CertificateRequest message is malformed.");
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
        var hasSignatureAlgorithms = false;
        var reader = new ExtensionReader(block);
        while (reader.TryRead(out var type, out _))
        {
            hasSignatureAlgorithms |= type == ExtensionType.SignatureAlgorithms;
        }

        return reader.Error
            ?? (hasSignatureAlgorithms ? null : TlsError.FromAlert(TlsAlert.MissingExtension, "The CertificateRequest lacks signature_algorithms."));
    }
}
