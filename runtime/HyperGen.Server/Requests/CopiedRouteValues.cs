using System.Globalization;
using System.Text;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Routing;

namespace HyperGen.Server.Requests;

/// <summary>Route values that ASP.NET Core matched, as UTF-8 one behind the other, in a buffer that the next request uses again.</summary>
internal struct CopiedRouteValues()
{
    private byte[] _text = [];
    private int _length;

    public readonly ReadOnlySpan<byte> Text => _text.AsSpan(0, _length);

    /// <summary>Copies the values.</summary>
    /// <param name="names">The names of the template's parameters, in its order.</param>
    /// <param name="values">What ASP.NET Core found, by name.</param>
    /// <param name="ranges">Receives where each value lies in <see cref="Text"/>.</param>
    public void Copy(IReadOnlyList<string> names, RouteValueDictionary values, Span<RouteRange> ranges)
    {
        _length = 0;
        for (int ordinal = 0; ordinal < names.Count; ordinal++)
        {
            ranges[ordinal] = values.TryGetValue(names[ordinal], out object? value) && Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text
                ? Append(text)
                : RouteRange.Absent;
        }
    }

    private RouteRange Append(string text)
    {
        int needed = _length + Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_text.Length < needed)
        {
            Array.Resize(ref _text, needed);
        }
        int written = Encoding.UTF8.GetBytes(text, _text.AsSpan(_length));
        var range = new RouteRange(_length, written);
        _length += written;
        return range;
    }
}
