using System.Buffers.Binary;
using System.Text;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Tests.Qpack;

/// <summary>What other encoders wrote, and what every decoder must refuse.</summary>
public sealed class OfflineInteropTests
{
    public static MatrixTheoryData<string, string> Encodings => new(["ls-qpack", "nghttp3"], ["fb-req", "fb-resp", "netbsd"]);

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Sections_without_the_dynamic_table_decode_to_the_original_lists(string encoder, string name)
    {
        List<List<(string, string)>> expected = ReadLists(Material.Find($"vectors/qifs/{name}.qif"));
        int found = 0;
        foreach (string suffix in new[] { "0.0.0", "0.0.1" })
        {
            string path = Material.Find($"vectors/qifs/encoded/{encoder}/{name}.out.{suffix}");
            var sections = new SortedDictionary<ulong, byte[]>();
            foreach ((ulong stream, byte[] bytes) in ReadRecords(path))
            {
                if (stream == 0)
                {
                    Assert.False(EncoderStream.Receive(bytes).IsError);
                    continue;
                }
                sections.Add(stream, bytes);
            }
            var fields = new FieldSection(Lists.Unlimited);
            Assert.Equal(expected.Count, sections.Count);
            foreach ((byte[] section, List<(string, string)> list) in sections.Values.Zip(expected))
            {
                fields.Clear();
                Assert.False(FieldSectionDecoder.Decode(section, fields).IsError);
                Assert.Equal(list, fields.ToList());
                found++;
            }
        }
        Assert.True(found > 0);
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void What_decoders_must_refuse_is_refused(int number)
    {
        var fields = new FieldSection(Lists.Unlimited);
        Http3Error error = default;
        foreach ((ulong stream, byte[] bytes) in ReadRecords(Material.Find($"vectors/qifs/errors/err{number}")))
        {
            error = stream == 0 ? EncoderStream.Receive(bytes) : FieldSectionDecoder.Decode(bytes, fields);
        }
        Assert.True(error.IsError);
        Assert.True(error.ClosesConnection);
        Assert.Equal(number is 11 or 12 ? ErrorCode.QpackEncoderStreamError : ErrorCode.QpackDecompressionFailed, error.Code);
    }

    /// <summary>Without err9 and err10, which were wrong while the static table was HPACK's: indices 0 and 62 exist since draft 04.</summary>
    public static TheoryData<int> Numbers => [1, 2, 3, 4, 5, 6, 7, 8, 11, 12];

    private static IEnumerable<(ulong Stream, byte[] Bytes)> ReadRecords(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        for (int position = 0; position < file.Length;)
        {
            ulong stream = BinaryPrimitives.ReadUInt64BigEndian(file.AsSpan(position));
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(position + 8));
            yield return (stream, file[(position + 12)..(position + 12 + length)]);
            position += 12 + length;
        }
    }

    private static List<List<(string Name, string Value)>> ReadLists(string path)
    {
        var lists = new List<List<(string, string)>>();
        var list = new List<(string, string)>();
        foreach (string line in File.ReadAllLines(path, Encoding.Latin1).Append(""))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }
            if (line.Length == 0)
            {
                if (list.Count > 0)
                {
                    lists.Add(list);
                    list = [];
                }
                continue;
            }
            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            list.Add((line[..tab], line[(tab + 1)..]));
        }
        return lists;
    }
}
