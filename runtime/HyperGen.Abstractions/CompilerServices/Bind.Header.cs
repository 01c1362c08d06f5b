using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HyperGen.CompilerServices;

public static partial class Bind
{
    /// <summary>A header that must be there.</summary>
    public static T Header<T, TParser>(RequestContext context, string name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        StringValues values = context.RequestHeaders[name];
        if (values.Count > 0)
        {
            return ParseText<T, TParser>(values.ToString(), name, ref errors);
        }
        errors.Add(name, "A value is required in the header.");
        return default!;
    }

    /// <summary>A header that the request may leave out, or leave empty.</summary>
    public static T HeaderOr<T, TParser>(RequestContext context, string name, T? absent, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        StringValues values = context.RequestHeaders[name];
        return IsAbsent<T>(values) ? absent! : ParseText<T, TParser>(values.ToString(), name, ref errors);
    }

    /// <summary>All values of a header: its lines, and what commas separate in them, as RFC 9110, section 5.3, joins and splits lists; null when there is none.</summary>
    public static T[]? HeaderAll<T, TParser>(RequestContext context, string name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        string[] values = context.RequestHeaders.GetCommaSeparatedValues(name);
        return values.Length == 0 ? null : ParseTexts<T, TParser>(values, name, ref errors);
    }

    /// <summary>The lines of a header.</summary>
    public static StringValues HeaderTexts(RequestContext context, string name, ref BindingErrors errors) => context.RequestHeaders[name];

    private static bool IsAbsent<T>(StringValues values) =>
        values.Count == 0 || (typeof(T) != typeof(string) && values.Count == 1 && string.IsNullOrEmpty(values[0]));

    private static T[] ParseTexts<T, TParser>(IReadOnlyList<string?> texts, string name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        T[] values = new T[texts.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ParseText<T, TParser>(texts[i] ?? "", name, ref errors);
        }
        return values;
    }

    private static T ParseText<T, TParser>(string text, string name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        if (typeof(T) == typeof(string) && !text.Contains('\0'))
        {
            return (T)(object)text;
        }
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        Span<byte> utf8 = most <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            return Parse<T, TParser>(utf8[..Encoding.UTF8.GetBytes(text, utf8)], name, ref errors);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
