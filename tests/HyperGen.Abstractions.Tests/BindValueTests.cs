using System.Globalization;
using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HyperGen.CompilerServices;

namespace HyperGen.Abstractions.Tests;

public class BindValueTests
{
    private enum Color
    {
        Red = 1,
        Green = 2,
    }

    [Fact]
    public void Types_of_the_framework_are_read_in_the_invariant_culture()
    {
        Assert.Equal(-42, Read<int, Utf8Value<int>>("-42"));
        Assert.Equal(ulong.MaxValue, Read<ulong, Utf8Value<ulong>>("18446744073709551615"));
        Assert.Equal(1.5, Read<double, Utf8Value<double>>("1.5"));
        Assert.Equal(12.34m, Read<decimal, Utf8Value<decimal>>("12.34"));
        Assert.Equal('é', Read<char, Utf8Value<char>>("é"));
        Assert.True(Read<bool, SpanValue<bool>>("TRUE"));
        Assert.Equal(Guid.Empty, Read<Guid, SpanValue<Guid>>("00000000-0000-0000-0000-000000000000"));
        Assert.Equal(new DateOnly(2025, 1, 31), Read<DateOnly, SpanValue<DateOnly>>("2025-01-31"));
        Assert.Equal(new TimeOnly(23, 59), Read<TimeOnly, SpanValue<TimeOnly>>("23:59"));
        Assert.Equal(TimeSpan.FromHours(36), Read<TimeSpan, SpanValue<TimeSpan>>("1.12:00:00"));
        Assert.Equal(IPAddress.Loopback, Read<IPAddress, SpanValue<IPAddress>>("127.0.0.1"));
        Assert.Equal(new Version(1, 2, 3), Read<Version, VersionValue>("1.2.3"));
        Assert.Equal("/a?b", Read<Uri, UriValue>("/a?b").OriginalString);
        Assert.Equal(Color.Green, Read<Color, EnumValue<Color>>("green"));
        Assert.Equal("naïve ☕", Read<string, StringValue>("naïve ☕"));
    }

    [Fact]
    public void A_time_is_read_as_ASPNET_Core_reads_it()
    {
        DateTime utc = Read<DateTime, DateTimeValue>("2025-01-31T12:00:00+02:00");
        Assert.Equal(new DateTime(2025, 1, 31, 10, 0, 0, DateTimeKind.Utc), utc);
        Assert.Equal(DateTimeKind.Utc, utc.Kind);
        Assert.Equal(new DateTimeOffset(2025, 1, 31, 12, 0, 0, TimeSpan.Zero), Read<DateTimeOffset, DateTimeOffsetValue>("2025-01-31T12:00:00"));
    }

    [Fact]
    public void Empty_text_is_null_for_a_nullable_value()
    {
        Assert.Null(Read<int?, NullableValue<int, Utf8Value<int>>>(""));
        Assert.Equal(7, Read<int?, NullableValue<int, Utf8Value<int>>>("7"));
        Assert.False(Parses<int?, NullableValue<int, Utf8Value<int>>>("x"u8));
    }

    [Theory]
    [InlineData("2147483648")]
    [InlineData("-2147483649")]
    [InlineData("1,000")]
    [InlineData("0x10")]
    [InlineData("1e3")]
    [InlineData("١")]
    [InlineData("")]
    [InlineData("99999999999999999999999999999999999999999999999999999999999999999999999999999999")]
    public void What_is_no_integer_is_refused(string text) => Assert.False(Parses<int, Utf8Value<int>>(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Bad_utf8_and_NUL_are_refused_by_every_parser()
    {
        foreach (byte[] bytes in (byte[][])[[0xFF], [0xC3], [0xED, 0xA0, 0x80], [(byte)'1', 0], [0xC0, 0x80]])
        {
            Assert.False(Parses<string, StringValue>(bytes));
            Assert.False(Parses<int, Utf8Value<int>>(bytes) && bytes.Contains((byte)0xFF));
            Assert.False(Parses<Guid, SpanValue<Guid>>(bytes));
            Assert.False(Parses<Uri, UriValue>(bytes));
            Assert.False(Parses<Color, EnumValue<Color>>(bytes));
            Assert.False(Parses<DateTime, DateTimeValue>(bytes));
        }
    }

    [Fact]
    public void Values_survive_the_round_trip_and_no_truncation_throws()
    {
        RoundTrip<int, Utf8Value<int>>(static v => v.ToString(CultureInfo.InvariantCulture));
        RoundTrip<long, Utf8Value<long>>(static v => v.ToString(CultureInfo.InvariantCulture));
        RoundTrip<byte, Utf8Value<byte>>(static v => v.ToString(CultureInfo.InvariantCulture));
        RoundTrip<decimal, Utf8Value<decimal>>(static v => v.ToString(CultureInfo.InvariantCulture));
        RoundTrip<Guid, SpanValue<Guid>>(static v => v.ToString());
        RoundTrip<bool, SpanValue<bool>>(static v => v.ToString());
        RoundTrip<TimeSpan, SpanValue<TimeSpan>>(static v => v.ToString("c", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Text_survives_unless_it_holds_NUL() => Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(static s => s is not null && !s.Any(char.IsSurrogate)), static text =>
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        bool parsed = Parse<string, StringValue>(utf8, out string? value);
        Assert.Equal(!text.Contains('\0'), parsed);
        Assert.True(!parsed || value == text);
    }).QuickCheckThrowOnFailure();

    private static void RoundTrip<T, TParser>(Func<T, string> format)
        where TParser : struct, IValueParser<T> => Prop.ForAll(ArbMap.Default.ArbFor<T>(), value =>
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(format(value));
        Assert.True(Parse<T, TParser>(utf8, out T? read));
        Assert.Equal(value, read);
        for (int length = 0; length < utf8.Length; length++)
        {
            Parse<T, TParser>(utf8.AsSpan(0, length), out _);
        }
    }).QuickCheckThrowOnFailure();

    private static T Read<T, TParser>(string text)
        where TParser : struct, IValueParser<T>
    {
        Assert.True(Parse<T, TParser>(Encoding.UTF8.GetBytes(text), out T? value));
        return value!;
    }

    private static bool Parses<T, TParser>(ReadOnlySpan<byte> utf8)
        where TParser : struct, IValueParser<T> => Parse<T, TParser>(utf8, out _);

    private static bool Parse<T, TParser>(ReadOnlySpan<byte> utf8, out T? value)
        where TParser : struct, IValueParser<T> => TParser.TryParse(utf8, out value);
}
