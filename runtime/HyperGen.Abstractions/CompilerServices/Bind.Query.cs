using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace HyperGen.CompilerServices;

public static partial class Bind
{
    /// <summary>A value of the query that must be there.</summary>
    public static T Query<T, TParser>(RequestContext context, string name, ReadOnlySpan<byte> utf8Name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        if (TryQuery<T, TParser>(context, name, utf8Name, emptyIsAbsent: false, ref errors, out T? value))
        {
            return value!;
        }
        errors.Add(name, "A value is required in the query.");
        return default!;
    }

    /// <summary>A value that the query may leave out, or leave empty.</summary>
    public static T QueryOr<T, TParser>(RequestContext context, string name, ReadOnlySpan<byte> utf8Name, T? absent, ref BindingErrors errors)
        where TParser : struct, IValueParser<T> =>
        TryQuery<T, TParser>(context, name, utf8Name, emptyIsAbsent: typeof(T) != typeof(string), ref errors, out T? value) ? value! : absent!;

    /// <summary>All values of a name in the query, in its order; null when there is none.</summary>
    public static T[]? QueryAll<T, TParser>(RequestContext context, string name, ReadOnlySpan<byte> utf8Name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        QueryReader query = new(context.Query);
        List<T>? values = null;
        while (query.MoveTo(utf8Name))
        {
            (values ??= []).Add(ParseEncoded<T, TParser>(query.Value, name, ref errors));
        }
        CheckCount(query, ref errors);
        return values?.ToArray();
    }

    /// <summary>All values of a name in the query as text.</summary>
    public static StringValues QueryTexts(RequestContext context, string name, ReadOnlySpan<byte> utf8Name, ref BindingErrors errors) =>
        new(QueryAll<string, StringValue>(context, name, utf8Name, ref errors));

    /// <returns>Whether the query has the name; a value that cannot be parsed counts as one, and its failure has been noted.</returns>
    private static bool TryQuery<T, TParser>(
        RequestContext context, string name, ReadOnlySpan<byte> utf8Name, bool emptyIsAbsent, ref BindingErrors errors, out T? value)
        where TParser : struct, IValueParser<T>
    {
        QueryReader query = new(context.Query);
        if (!query.MoveTo(utf8Name))
        {
            CheckCount(query, ref errors);
            value = default;
            return false;
        }
        ReadOnlySpan<byte> first = query.Value;
        if (query.MoveTo(utf8Name))
        {
            return Repeated(context, name, utf8Name, ref errors, out value);
        }
        CheckCount(query, ref errors);
        if (first.IsEmpty && emptyIsAbsent)
        {
            value = default;
            return false;
        }
        value = ParseEncoded<T, TParser>(first, name, ref errors);
        return true;
    }

    /// <summary>A name given more than once: text is joined by commas as ASP.NET Core does, anything else is ambiguous.</summary>
    private static bool Repeated<T>(RequestContext context, string name, ReadOnlySpan<byte> utf8Name, ref BindingErrors errors, out T? value)
    {
        value = default;
        if (typeof(T) == typeof(string))
        {
            value = (T)(object)QueryTexts(context, name, utf8Name, ref errors).ToString();
        }
        else
        {
            errors.Add(name, "A single value is expected in the query, and there are several.");
        }
        return true;
    }

    private static void CheckCount(in QueryReader query, ref BindingErrors errors)
    {
        if (query.TooMany)
        {
            errors.Refuse(400, $"The query has more than {QueryReader.MaxPairs} parameters.");
        }
    }

    private static T ParseEncoded<T, TParser>(ReadOnlySpan<byte> raw, string name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        if (!QueryReader.IsEncoded(raw))
        {
            return Parse<T, TParser>(raw, name, ref errors);
        }
        byte[]? rented = null;
        Span<byte> decoded = raw.Length <= 256 ? stackalloc byte[256] : rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            return Parse<T, TParser>(decoded[..QueryReader.Decode(raw, decoded)], name, ref errors);
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
