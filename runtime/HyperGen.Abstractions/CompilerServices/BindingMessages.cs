using System.Text;

namespace HyperGen.CompilerServices;

/// <summary>The sentences of binding failures: what was sent, and what would be right. They name no type of the program.</summary>
internal static class BindingMessages
{
    /// <summary>Enough to recognise a value; a request cannot make the answer grow beyond.</summary>
    private const int ShownChars = 64;

    public static string Invalid(ReadOnlySpan<byte> utf8, Type type)
    {
        string text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, ShownChars * 4)]);
        string shown = text.Length > ShownChars ? string.Concat(text.AsSpan(0, ShownChars), "…") : text;
        return $"'{shown}' is not {Describe(Nullable.GetUnderlyingType(type) ?? type)}.";
    }

    private static string Describe(Type type)
    {
        if (type.IsEnum)
        {
            string[] names = Enum.GetNames(type);
            return names.Length is > 0 and <= 12 ? "one of " + string.Join(", ", names) : "one of the values allowed here";
        }
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "true or false",
            TypeCode.Char => "a single character",
            TypeCode.SByte => Range(sbyte.MinValue, sbyte.MaxValue),
            TypeCode.Byte => Range(byte.MinValue, byte.MaxValue),
            TypeCode.Int16 => Range(short.MinValue, short.MaxValue),
            TypeCode.UInt16 => Range(ushort.MinValue, ushort.MaxValue),
            TypeCode.Int32 => Range(int.MinValue, int.MaxValue),
            TypeCode.UInt32 => Range(uint.MinValue, uint.MaxValue),
            TypeCode.Int64 => Range(long.MinValue, long.MaxValue),
            TypeCode.UInt64 => Range(ulong.MinValue, ulong.MaxValue),
            TypeCode.Single or TypeCode.Double or TypeCode.Decimal => "a number in range",
            TypeCode.DateTime => "a date and time such as 2025-01-31T12:00:00Z",
            TypeCode.String => "valid UTF-8 text without NUL",
            _ when type == typeof(Guid) => "a GUID such as 00000000-0000-0000-0000-000000000000",
            _ when type == typeof(DateOnly) => "a date such as 2025-01-31",
            _ when type == typeof(TimeOnly) => "a time such as 12:00:00",
            _ when type == typeof(TimeSpan) => "a duration such as 1.12:00:00",
            _ when type == typeof(DateTimeOffset) => "a date and time such as 2025-01-31T12:00:00Z",
            _ when type == typeof(Uri) => "a URI",
            _ when type == typeof(Version) => "a version such as 1.2.3",
            _ => "a valid value",
        };
    }

    private static string Range<T>(T min, T max) => FormattableString.Invariant($"an integer from {min} to {max}");
}
