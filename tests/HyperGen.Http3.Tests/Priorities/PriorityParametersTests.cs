using System.Text;
using HyperGen.Http3.Priorities;

namespace HyperGen.Http3.Tests.Priorities;

/// <summary>The Priority Field Value (RFC 9218 sections 4 and 5), a Dictionary of RFC 8941.</summary>
public sealed class PriorityParametersTests
{
    private const string Everything = "a=\"x\\\"y\\\\\";p=1;q=?0;*r, b=(1 2.5;x \"s\" );z, c=:YWI=:, *=?0, e=*to/k:en!, f=-12.125, u=1, i,g=:YWI:\t,\t h_-.*=999999999999999";

    //= https://www.rfc-editor.org/rfc/rfc9218#section-4
    //= type=test
    //# When receiving an HTTP request that does not carry these priority parameters, a server SHOULD act as if their default values were specified.
    [Theory]
    [InlineData("", 3, false)]
    [InlineData("   ", 3, false)]
    [InlineData("u=0", 0, false)]
    [InlineData("u=7, i", 7, true)]
    [InlineData("i", 3, true)]
    [InlineData("i=?1,u=5", 5, true)]
    [InlineData("  i=?0 , \t u=4 ", 4, false)]
    [InlineData("u=1;why=\"because\";x, i;y=:YQ==:", 1, true)]
    public void Parameters_are_read(string value, int urgency, bool incremental) => Assert.Equal((urgency, incremental), Read(value));

    //= https://www.rfc-editor.org/rfc/rfc9218#section-4
    //= type=test
    //# Where the Dictionary is successfully parsed, this document places the additional requirement that unknown priority parameters, priority parameters with out-of-range values, or values of unexpected types MUST be ignored.
    [Theory]
    [InlineData("u=8, i", 3, true)]
    [InlineData("u=-1, i", 3, true)]
    [InlineData("u=-0", 0, false)]
    [InlineData("u=999999999999999", 3, false)]
    [InlineData("u=1.0", 3, false)]
    [InlineData("u", 3, false)]
    [InlineData("u=\"1\"", 3, false)]
    [InlineData("u=(1)", 3, false)]
    [InlineData("u=:MQ==:", 3, false)]
    [InlineData("u=one", 3, false)]
    [InlineData("u=?1", 3, false)]
    [InlineData("i=1, u=2", 2, false)]
    [InlineData("i=true, u=2", 2, false)]
    [InlineData("uu=1, ii, U1=2, x=1", null, null)]
    [InlineData("uu=1, ii, x=(u=1)", null, null)]
    [InlineData("uu=1, ii, x=(u i);u=1;i", 3, false)]
    [InlineData("u=1, u=5", 5, false)]
    [InlineData("u=1, i, u=x, i=0", 3, false)]
    [InlineData(Everything, 1, true)]
    public void What_is_unknown_out_of_range_or_of_another_type_counts_for_nothing(string value, int? urgency, bool? incremental) =>
        Assert.Equal(urgency is null ? null : (urgency.Value, incremental!.Value), Read(value));

    [Theory]
    [InlineData(",")]
    [InlineData("u=1,")]
    [InlineData("u=1, ")]
    [InlineData(",u=1")]
    [InlineData("u=1,,i")]
    [InlineData("u=1 i")]
    [InlineData("u =1")]
    [InlineData("u= 1")]
    [InlineData("u=")]
    [InlineData("=1")]
    [InlineData("U=1")]
    [InlineData("1=1")]
    [InlineData("\tu=1")]
    [InlineData("u=-")]
    [InlineData("u=--1")]
    [InlineData("u=+1")]
    [InlineData("u=1.")]
    [InlineData("u=.1")]
    [InlineData("u=1.2345")]
    [InlineData("u=1.2.3")]
    [InlineData("u=1234567890123.1")]
    [InlineData("u=1234567890123456")]
    [InlineData("i=?2")]
    [InlineData("i=?")]
    [InlineData("x=\"a")]
    [InlineData("x=\"a\\b\"")]
    [InlineData("x=\"a\\")]
    [InlineData("x=\"\u0001\"")]
    [InlineData("x=\"\u00e9\"")]
    [InlineData("x=:YQ")]
    [InlineData("x=:Y Q=:")]
    [InlineData("x=:=YQ:")]
    [InlineData("x=:YQ=:")]
    [InlineData("x=:YWJjZ:")]
    [InlineData("x=(1")]
    [InlineData("x=(1;")]
    [InlineData("x=(1\"a\")")]
    [InlineData("x=(1,2)")]
    [InlineData("x=((1))")]
    [InlineData("x=@1")]
    [InlineData("u=1;")]
    [InlineData("u=1;A")]
    [InlineData("u=1;a=")]
    [InlineData("\u00e9=1")]
    [InlineData("u=1\0")]
    public void What_is_no_dictionary_states_nothing(string value) => Assert.Null(Read(value));

    [Fact]
    public void No_truncation_says_more_than_the_members_it_holds()
    {
        for (int cut = 0; cut < Everything.Length; cut++)
        {
            bool hasUrgency = cut >= Everything.IndexOf("u=1", StringComparison.Ordinal) + 3;
            bool isIncremental = cut >= Everything.IndexOf(" i,", StringComparison.Ordinal) + 2;
            if (Read(Everything[..cut]) is { } read)
            {
                Assert.Equal((hasUrgency ? 1 : 3, isIncremental), read);
                Assert.NotEqual(',', Everything[..cut].TrimEnd(' ', '\t').LastOrDefault());
            }
        }
    }

    [Fact]
    public void Junk_is_never_more_than_malformed()
    {
        const string alphabet = "u=i1,; ?0(\")\\:-.7*a\t";
        var random = new SeededRandom(9218);
        int valid = 0;
        for (int round = 0; round < 20_000; round++)
        {
            var text = new char[random.Below(12)];
            for (int index = 0; index < text.Length; index++)
            {
                text[index] = alphabet[random.Below(alphabet.Length)];
            }
            if (Read(new string(text)) is (var urgency, _))
            {
                valid++;
                Assert.InRange(urgency, 0, 7);
            }
        }
        Assert.InRange(valid, 1, 20_000 - 1);
    }

    [Fact]
    public void All_that_can_be_stated_survives_the_round_trip()
    {
        var buffer = new byte[PriorityParameters.MaxLength];
        foreach (byte? urgency in (byte?[])[null, 0, 1, 2, 3, 4, 5, 6, 7])
        {
            foreach (bool? incremental in (bool?[])[null, false, true])
            {
                var stated = new PriorityParameters(urgency, incremental);
                PriorityParameters read = default;
                Assert.True(PriorityParameters.TryRead(buffer.AsSpan(0, stated.Write(buffer)), ref read));
                Assert.Equal(stated, read);
                Assert.Equal(stated, PriorityParameters.FromBits(stated.Bits));
                Assert.Equal((urgency ?? 3, incremental ?? false, urgency is null && incremental is null), (stated.Urgency, stated.Incremental, stated.IsEmpty));
            }
        }
    }

    /// <summary>The example of RFC 9218 section 8, and what follows from its words.</summary>
    [Theory]
    [InlineData("u=1", "u=5, i", "u=1, i")]
    [InlineData("u=1, i=?0", "u=5, i", "u=1, i=?0")]
    [InlineData("i", "u=5", "u=5, i")]
    [InlineData("", "u=5, i", "u=5, i")]
    [InlineData("u=3", "", "u=3")]
    public void Of_what_is_not_stated_the_others_word_counts(string server, string client, string merged)
    {
        var buffer = new byte[PriorityParameters.MaxLength];
        PriorityParameters stated = default;
        PriorityParameters asked = default;
        Assert.True(PriorityParameters.TryRead(Encoding.ASCII.GetBytes(server), ref stated));
        Assert.True(PriorityParameters.TryRead(Encoding.ASCII.GetBytes(client), ref asked));
        Assert.Equal(merged, Encoding.ASCII.GetString(buffer, 0, stated.Over(asked).Write(buffer)));
    }

    //= https://www.rfc-editor.org/rfc/rfc8941#section-4.2
    //= type=test
    //# When generating input_bytes, parsers MUST combine all field lines in the same section (header or trailer) that case-insensitively match the field name into one comma-separated field-value, as per [RFC7230], Section 3.2.2;
    //
    //= https://www.rfc-editor.org/rfc/rfc8941#section-4.2
    //= type=test
    //# If parsing fails -- including when calling another algorithm -- the entire field value MUST be ignored (i.e., treated as if the field were not present in the section).
    [Theory]
    [InlineData("u=1|i", 1, true)]
    [InlineData("u=1, i|u=2|i=?0", 2, false)]
    [InlineData("u=1|u=x", 3, false)]
    [InlineData("u=1|", 3, false)]
    [InlineData("|u=1", 3, false)]
    [InlineData("", 3, false)]
    [InlineData("u=1|i=", 3, false)]
    [InlineData("u=|i", 3, false)]
    public void Several_lines_are_one_value(string lines, int urgency, bool incremental)
    {
        PriorityField field = default;
        foreach (string line in lines.Split('|'))
        {
            field.Add(Encoding.ASCII.GetBytes(line));
        }
        Assert.Equal((urgency, incremental), (field.Parameters.Urgency, field.Parameters.Incremental));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        byte[] value = Encoding.ASCII.GetBytes(Everything);
        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (int round = 0; round < 100; round++)
            {
                PriorityParameters parameters = default;
                PriorityParameters.TryRead(value, ref parameters);
            }
        }));
    }

    private static (int Urgency, bool Incremental)? Read(string value)
    {
        PriorityParameters parameters = default;
        return PriorityParameters.TryRead(Encoding.Latin1.GetBytes(value), ref parameters) ? (parameters.Urgency, parameters.Incremental) : null;
    }
}
