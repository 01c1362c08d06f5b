using System.Text;
using HyperGen.Http3.Qpack;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HyperGen.Server.Http3;

/// <summary>Makes the headers that ASP.NET Core knows from the field lines of a request, when someone asks for them.</summary>
internal static class RequestHeaderLines
{
    /// <summary>Adds all fields; pseudo-header fields only as the <c>Host</c> that <c>:authority</c> stands for.</summary>
    public static void Read(FieldSection fields, string authority, IHeaderDictionary headers)
    {
        foreach (ref readonly FieldLine line in fields.Lines)
        {
            ReadOnlySpan<byte> name = fields.Name(line);
            if (name[0] == ':')
            {
                continue;
            }
            string key = line.Field == KnownField.None ? Encoding.ASCII.GetString(name) : KnownName(line.Field);
            string value = Encoding.UTF8.GetString(fields.Value(line));

            //= https://www.rfc-editor.org/rfc/rfc9114#section-4.2.1
            //# If a decompressed field section contains multiple cookie field lines, these MUST be concatenated into a single byte string using the two-byte delimiter of "; "
            headers[key] = !headers.TryGetValue(key, out StringValues before) ? value
                : line.Field == KnownField.Cookie ? $"{before}; {value}"
                : StringValues.Concat(before, value);
        }
        headers.Host = authority;
    }

    private static string KnownName(KnownField field) => s_names[(int)field] ??= Encoding.ASCII.GetString(StaticTable.Name((int)field));

    private static readonly string?[] s_names = new string?[StaticTable.Count];
}
