using System.Buffers.Text;
using HyperGen.Http3.Qpack;

namespace HyperGen.Server.Http3;

/// <summary>The <c>date</c> line of responses, encoded anew each second into the same memory. It belongs to one thread at a time.</summary>
internal sealed class DateLine
{
    private readonly byte[] _encoded = new byte[48];
    private int _length;
    private long _second = -1;

    /// <summary>The line of now; valid until the next call.</summary>
    //= https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1
    //# An origin server with a clock MUST generate a Date header field in all 2xx (Successful), 3xx (Redirection), and 4xx (Client Error) responses
    public ReadOnlySpan<byte> Now()
    {
        long second = Environment.TickCount64 / 1000;
        if (_second != second)
        {
            _second = second;
            Span<byte> text = stackalloc byte[32];
            Utf8Formatter.TryFormat(DateTimeOffset.UtcNow, text, out int length, 'R');
            _length = FieldSectionEncoder.Write(_encoded, "date"u8, text[..length]);
        }
        return _encoded.AsSpan(0, _length);
    }
}
