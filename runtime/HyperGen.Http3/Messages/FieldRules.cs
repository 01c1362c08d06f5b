using System.Buffers;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Messages;

/// <summary>Which names and values may appear in a message at all (RFC 9114 section 4.2).</summary>
internal static class FieldRules
{
    private static readonly SearchValues<byte> NameCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>All but HTAB of the control characters.</summary>
    private static readonly SearchValues<byte> Controls = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    /// <summary>Checks a line that is not a pseudo-header field; null, or what is wrong with it.</summary>
    public static string? Check(FieldSection fields, in FieldLine line)
    {
        if (line.Field == KnownField.None)
        {
            ReadOnlySpan<byte> name = fields.Name(line);

            //= https://www.rfc-editor.org/rfc/rfc9114#section-4.2
            //# A request or response containing uppercase characters in field names MUST be treated as malformed.
            if (name.IsEmpty || name.ContainsAnyExcept(NameCharacters))
            {
                return "A field name is empty or has a character that names must not have.";
            }
            if (IsConnectionSpecific(name, fields.Value(line)))
            {
                return "A field is specific to connections of HTTP/1.1.";
            }
        }
        return line.StaticValue >= 0 || IsValue(fields.Value(line)) ? null : "A field value has a character that values must not have.";
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-10.3
    //# Any request or response that contains a character not permitted in a field value MUST be treated as malformed.
    /// <summary>Whether a value is what RFC 9110 section 5.5 allows: no control characters, no white space at either end.</summary>
    public static bool IsValue(ReadOnlySpan<byte> value) =>
        value.IsEmpty || (!value.ContainsAny(Controls) && !IsWhiteSpace(value[0]) && !IsWhiteSpace(value[^1]));

    //= https://www.rfc-editor.org/rfc/rfc9114#section-4.2
    //# any message containing connection-specific fields MUST be treated as malformed.
    private static bool IsConnectionSpecific(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => name.Length switch
    {
        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.2
        //# when it is, it MUST NOT contain any value other than "trailers".
        2 => name.SequenceEqual("te"u8) && !value.SequenceEqual("trailers"u8),
        7 => name.SequenceEqual("upgrade"u8),
        10 => name.SequenceEqual("connection"u8) || name.SequenceEqual("keep-alive"u8),
        16 => name.SequenceEqual("proxy-connection"u8),
        17 => name.SequenceEqual("transfer-encoding"u8),
        _ => false,
    };

    private static bool IsWhiteSpace(byte value) => value is (byte)' ' or (byte)'\t';
}
