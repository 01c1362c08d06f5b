using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Tests.Qpack;

public sealed class FieldSectionTests
{
    //= https://www.rfc-editor.org/rfc/rfc9204#appendix-B.1
    //= type=test
    [Fact]
    public void A_literal_with_a_static_name_decodes_as_in_the_rfc()
    {
        var fields = new FieldSection(FieldLimits.Default);
        Assert.False(FieldSectionDecoder.Decode(Convert.FromHexString("0000510b2f696e6465782e68746d6c"), fields).IsError);
        Assert.Equal([(":path", "/index.html")], fields.ToList());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_static_entry_takes_two_or_three_bytes_and_comes_back(bool useHuffman)
    {
        for (int index = 0; index < StaticTable.Count; index++)
        {
            var entry = (Text(StaticTable.Name(index)), Text(StaticTable.Value(index)));
            byte[] encoded = Lists.Encode(useHuffman, entry);
            Assert.InRange(encoded.Length, 3, 4);
            Assert.Equal([entry], Decode(encoded).ToList());
        }

        static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.ASCII.GetString(bytes);
    }

    [Fact]
    public void A_name_spelled_out_is_known_as_if_it_had_been_indexed()
    {
        byte[] encoded = [0, 0, 0x27, 0, .. ":method"u8, 3, .. "GET"u8];
        FieldLine line = Decode(encoded).Lines[0];
        Assert.Equal(KnownField.Method, line.Field);
    }

    [Fact]
    public void Random_lists_survive_the_round_trip_and_no_truncation_or_mutation_throws()
    {
        var random = new Random(9204);
        var fields = new FieldSection(FieldLimits.Default);
        for (int round = 0; round < 300; round++)
        {
            var list = Enumerable.Range(0, random.Next(0, 12)).Select(_ => RandomField(random)).ToList();
            byte[] encoded = Lists.Encode(random.Next(2) == 0, list);
            fields.Clear();
            Assert.False(FieldSectionDecoder.Decode(encoded, fields).IsError);
            Assert.Equal(list, fields.ToList());
            for (int cut = 0; cut < encoded.Length; cut++)
            {
                fields.Clear();
                FieldSectionDecoder.Decode(encoded.AsSpan(0, cut), fields);
            }
            for (int mutation = 0; mutation < 50; mutation++)
            {
                byte[] mutated = [.. encoded];
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
                fields.Clear();
                FieldSectionDecoder.Decode(mutated, fields);
            }
        }
    }

    [Fact]
    public void Lines_beyond_the_count_put_the_section_over_its_limit_without_an_error()
    {
        var fields = new FieldSection(new FieldLimits(2, 1000));
        byte[] encoded = Lists.Encode(false, ("a", "1"), ("b", "2"), ("c", "3"));
        Assert.False(FieldSectionDecoder.Decode(encoded, fields).IsError);
        Assert.True(fields.IsOverLimit);
        Assert.Equal(2, fields.Count);
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-4.2.2
    //= type=test
    //# The size of a field list is calculated based on the uncompressed size of fields, including the length of the name and value in bytes plus an overhead of 32 bytes for each field.
    [Theory]
    [InlineData(36, false)]
    [InlineData(35, true)]
    public void Bytes_are_counted_with_32_more_a_line(int limit, bool isOver)
    {
        var fields = new FieldSection(new FieldLimits(10, limit));
        Assert.False(FieldSectionDecoder.Decode(Lists.Encode(false, ("ab", "cd")), fields).IsError);
        Assert.Equal(isOver, fields.IsOverLimit);
    }

    [Fact]
    public void A_decoder_in_its_steady_state_allocates_nothing()
    {
        byte[] encoded = Lists.Encode(true, (":method", "GET"), (":path", "/users/42"), (":authority", "example.com"), ("x-custom", "some value"));
        var fields = new FieldSection(FieldLimits.Default);
        Assert.Equal(0, Allocations.LeastOf(Run));

        void Run()
        {
            for (int index = 0; index < 2_000; index++)
            {
                fields.Clear();
                FieldSectionDecoder.Decode(encoded, fields);
            }
        }
    }

    private static (string, string) RandomField(Random random)
    {
        const string letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
        string name = random.Next(3) switch
        {
            0 => System.Text.Encoding.ASCII.GetString(StaticTable.Name(random.Next(StaticTable.Count))),
            _ => new string([.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => letters[random.Next(letters.Length)])]),
        };
        return (name, new string([.. Enumerable.Range(0, random.Next(0, 40)).Select(_ => (char)random.Next(256))]));
    }

    private static FieldSection Decode(byte[] encoded)
    {
        var fields = new FieldSection(Lists.Unlimited);
        Assert.False(FieldSectionDecoder.Decode(encoded, fields).IsError);
        return fields;
    }
}
