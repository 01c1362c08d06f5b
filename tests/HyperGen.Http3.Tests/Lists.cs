using System.Text;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Tests;

/// <summary>Field sections as lists of strings, to compare.</summary>
internal static class Lists
{
    public static FieldLimits Unlimited => new(10_000, 10_000_000);

    public static List<(string Name, string Value)> ToList(this FieldSection fields)
    {
        var list = new List<(string, string)>();
        foreach (FieldLine line in fields.Lines)
        {
            list.Add((Encoding.Latin1.GetString(fields.Name(line)), Encoding.Latin1.GetString(fields.Value(line))));
        }
        return list;
    }

    public static byte[] Encode(bool useHuffman, params IEnumerable<(string Name, string Value)> fields)
    {
        var buffer = new byte[1 << 20];
        int written = FieldSectionEncoder.WritePrefix(buffer);
        foreach ((string name, string value) in fields)
        {
            written += FieldSectionEncoder.Write(buffer.AsSpan(written), Encoding.Latin1.GetBytes(name), Encoding.Latin1.GetBytes(value), useHuffman);
        }
        return buffer[..written];
    }
}
