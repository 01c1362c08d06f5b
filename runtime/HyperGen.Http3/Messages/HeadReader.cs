using System.Buffers;
using System.Buffers.Text;
using HyperGen.Http3.Priorities;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Messages;

/// <summary>Checks a decoded field section against RFC 9114 sections 4.1.2 to 4.4 and finds its control data.</summary>
internal ref struct HeadReader
{
    private static readonly SearchValues<byte> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    /// <summary>What <c>:path</c> and <c>:authority</c> are made of: ASCII without controls and the space.</summary>
    private static readonly SearchValues<byte> VisibleCharacters = SearchValues.Create(VisibleAscii());

    private readonly FieldSection _fields;
    private FieldLine? _method;
    private FieldLine? _scheme;
    private FieldLine? _authority;
    private FieldLine? _path;
    private FieldLine? _host;
    private FieldLine? _status;
    private PriorityField _priority;
    private long _contentLength = -1;
    private string? _reason;

    private HeadReader(FieldSection fields) => _fields = fields;

    /// <summary>Reads the header section of a request.</summary>
    /// <returns>A stream error when it is malformed.</returns>
    public static Http3Error ReadRequest(FieldSection fields, out MessageHead head)
    {
        var reader = new HeadReader(fields);
        int pseudoCount = reader.ReadLines(isTrailer: false);
        head = default;
        if (reader._reason is null && !reader.IsValidRequest())
        {
            reader._reason ??= "A mandatory pseudo-header field is missing or not valid.";
        }
        if (reader._reason is { } reason)
        {
            return Malformed(reason);
        }
        head = new MessageHead
        {
            Method = reader._method.GetValueOrDefault(),
            Scheme = reader._scheme.GetValueOrDefault(),
            Authority = reader._authority ?? reader._host.GetValueOrDefault(),
            Path = reader._path.GetValueOrDefault(),
            ContentLength = reader._contentLength,
            Priority = reader._priority.Parameters,
            PseudoCount = pseudoCount,
        };
        return default;
    }

    /// <summary>Reads the header section of a response.</summary>
    /// <returns>A stream error when it is malformed.</returns>
    public static Http3Error ReadResponse(FieldSection fields, out MessageHead head)
    {
        var reader = new HeadReader(fields);
        int pseudoCount = reader.ReadLines(isTrailer: false);
        head = default;
        if (reader._reason is { } reason)
        {
            return Malformed(reason);
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.3.2
        //# This pseudo-header field MUST be included in all responses; otherwise, the response is malformed
        bool isRequest = reader._method.HasValue || reader._scheme.HasValue || reader._authority.HasValue || reader._path.HasValue;
        if (isRequest || reader._status is not { } line || !TryReadStatus(fields.Value(line), out int status))
        {
            return Malformed("A response has no valid :status, or has pseudo-header fields of a request.");
        }
        head = new MessageHead { Status = status, ContentLength = reader._contentLength, PseudoCount = pseudoCount };
        return default;
    }

    /// <summary>Checks a trailer section.</summary>
    /// <returns>A stream error when it is malformed.</returns>
    public static Http3Error ReadTrailers(FieldSection fields)
    {
        var reader = new HeadReader(fields);
        reader.ReadLines(isTrailer: true);
        return reader._reason is { } reason ? Malformed(reason) : default;
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1.2
    //# Malformed requests or responses that are detected MUST be treated as a stream error of type H3_MESSAGE_ERROR.
    private static Http3Error Malformed(string reason) => Http3Error.Stream(ErrorCode.MessageError, reason);

    private int ReadLines(bool isTrailer)
    {
        int pseudoCount = 0;
        bool hasField = false;
        foreach (ref readonly FieldLine line in _fields.Lines)
        {
            if (IsPseudo(line))
            {
                //= https://www.rfc-editor.org/rfc/rfc9114#section-4.3
                //# Pseudo-header fields MUST NOT appear in trailer sections.
                //= https://www.rfc-editor.org/rfc/rfc9114#section-4.3
                //# Any request or response that contains a pseudo-header field that appears in a header section after a regular header field MUST be treated as malformed.
                if (isTrailer || hasField || !TryTakePseudo(line))
                {
                    _reason = "A pseudo-header field is unknown, repeated, or in the wrong place.";
                    return 0;
                }
                pseudoCount++;
                continue;
            }
            hasField = true;
            _reason = FieldRules.Check(_fields, line) ?? (isTrailer ? null : CheckControl(line));
            if (_reason is not null)
            {
                return 0;
            }
        }
        return pseudoCount;
    }

    private readonly bool IsPseudo(in FieldLine line) => line.Field switch
    {
        KnownField.None => _fields.Name(line) is [(byte)':', ..],
        KnownField.Authority or KnownField.Path or KnownField.Method or KnownField.Scheme or KnownField.Status => true,
        _ => false,
    };

    private bool TryTakePseudo(in FieldLine line)
    {
        switch (line.Field)
        {
            case KnownField.Method:
                return TrySet(ref _method, line);
            case KnownField.Scheme:
                return TrySet(ref _scheme, line);
            case KnownField.Authority:
                return TrySet(ref _authority, line);
            case KnownField.Path:
                return TrySet(ref _path, line);
            case KnownField.Status:
                return TrySet(ref _status, line);
            default:
                return false;
        }
    }

    private static bool TrySet(ref FieldLine? slot, in FieldLine line)
    {
        if (slot.HasValue)
        {
            return false;
        }
        slot = line;
        return true;
    }

    private string? CheckControl(in FieldLine line)
    {
        if (line.Field == KnownField.ContentLength)
        {
            if (!TryReadLength(_fields.Value(line), out long length) || (_contentLength >= 0 && _contentLength != length))
            {
                return "A content-length is not a number, or differs from another.";
            }
            _contentLength = length;
        }
        else if (line.Field == KnownField.None)
        {
            ReadOnlySpan<byte> name = _fields.Name(line);
            if (name.SequenceEqual("host"u8) && !TrySet(ref _host, line))
            {
                return "The host field appears twice.";
            }
            if (name.SequenceEqual("priority"u8))
            {
                _priority.Add(_fields.Value(line));
            }
        }
        return null;
    }

    private readonly bool IsValidRequest()
    {
        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.3
        //# Pseudo-header fields defined for requests MUST NOT appear in responses; pseudo-header fields defined for responses MUST NOT appear in requests.
        if (_status.HasValue || _method is not { } method || _fields.Value(method) is not [_, ..] name || name.ContainsAnyExcept(TokenCharacters))
        {
            return false;
        }
        if (name.SequenceEqual("CONNECT"u8))
        {
            //= https://www.rfc-editor.org/rfc/rfc9114#section-4.4
            //# The :scheme and :path pseudo-header fields are omitted
            return !_scheme.HasValue && !_path.HasValue && _authority is { } target && IsVisible(_fields.Value(target));
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.3.1
        //# All HTTP/3 requests MUST include exactly one value for the :method, :scheme, and :path pseudo-header fields, unless the request is a CONNECT request
        if (_scheme is not { } scheme || _path is not { } path)
        {
            return false;
        }
        bool isHttp = _fields.Value(scheme).SequenceEqual("https"u8) || _fields.Value(scheme).SequenceEqual("http"u8);
        if (!isHttp)
        {
            return false;
        }
        ReadOnlySpan<byte> requestTarget = _fields.Value(path);
        bool isPath = IsVisible(requestTarget) && (requestTarget[0] == '/' || (requestTarget.SequenceEqual("*"u8) && name.SequenceEqual("OPTIONS"u8)));
        return isPath && HasAuthority();
    }

    private readonly bool HasAuthority()
    {
        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.3.1
        //# If both fields are present, they MUST contain the same value.
        if (_authority is { } both && _host is { } host && !_fields.Value(both).SequenceEqual(_fields.Value(host)))
        {
            return false;
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.3.1
        //# the request MUST contain either an :authority pseudo-header field or a Host header field.
        if ((_authority ?? _host) is not { } line)
        {
            return false;
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-4.3.1
        //# The authority MUST NOT include the deprecated userinfo subcomponent for URIs of scheme "http" or "https".
        ReadOnlySpan<byte> authority = _fields.Value(line);
        return IsVisible(authority) && !authority.Contains((byte)'@');
    }

    private static bool TryReadStatus(ReadOnlySpan<byte> value, out int status) =>
        Utf8Parser.TryParse(value, out status, out int read) && read == 3 && value.Length == 3 && status is >= 100 and < 1000;

    private static bool TryReadLength(ReadOnlySpan<byte> value, out long length)
    {
        length = 0;
        // Utf8Parser would take a sign; 18 digits cannot overflow.
        return value.Length is > 0 and <= 18 && !value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(value, out length, out _);
    }

    private static bool IsVisible(ReadOnlySpan<byte> value) => !value.IsEmpty && !value.ContainsAnyExcept(VisibleCharacters);

    private static byte[] VisibleAscii()
    {
        var characters = new byte[0x7f - 0x21];
        for (int index = 0; index < characters.Length; index++)
        {
            characters[index] = (byte)(0x21 + index);
        }
        return characters;
    }
}
