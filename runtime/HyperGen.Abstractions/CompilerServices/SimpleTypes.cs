using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using static System.Text.Json.Serialization.Metadata.JsonMetadataServices;

namespace HyperGen.CompilerServices;

/// <summary>JSON contracts of the framework's simple types, so that a handler may return an <see cref="int"/> without a context for it.</summary>
internal sealed class SimpleTypes : IJsonTypeInfoResolver
{
    public static readonly SimpleTypes Resolver = new();

    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) => Type.GetTypeCode(type) switch
    {
        // The code of an enumeration is that of its numbers, but its contract is the program's.
        _ when type.IsEnum => null,
        TypeCode.Boolean => CreateValueInfo<bool>(options, BooleanConverter),
        TypeCode.Char => CreateValueInfo<char>(options, CharConverter),
        TypeCode.SByte => CreateValueInfo<sbyte>(options, SByteConverter),
        TypeCode.Byte => CreateValueInfo<byte>(options, ByteConverter),
        TypeCode.Int16 => CreateValueInfo<short>(options, Int16Converter),
        TypeCode.UInt16 => CreateValueInfo<ushort>(options, UInt16Converter),
        TypeCode.Int32 => CreateValueInfo<int>(options, Int32Converter),
        TypeCode.UInt32 => CreateValueInfo<uint>(options, UInt32Converter),
        TypeCode.Int64 => CreateValueInfo<long>(options, Int64Converter),
        TypeCode.UInt64 => CreateValueInfo<ulong>(options, UInt64Converter),
        TypeCode.Single => CreateValueInfo<float>(options, SingleConverter),
        TypeCode.Double => CreateValueInfo<double>(options, DoubleConverter),
        TypeCode.Decimal => CreateValueInfo<decimal>(options, DecimalConverter),
        TypeCode.DateTime => CreateValueInfo<DateTime>(options, DateTimeConverter),
        TypeCode.String => CreateValueInfo<string>(options, StringConverter),
        _ when type == typeof(DateTimeOffset) => CreateValueInfo<DateTimeOffset>(options, DateTimeOffsetConverter),
        _ when type == typeof(DateOnly) => CreateValueInfo<DateOnly>(options, DateOnlyConverter),
        _ when type == typeof(TimeOnly) => CreateValueInfo<TimeOnly>(options, TimeOnlyConverter),
        _ when type == typeof(TimeSpan) => CreateValueInfo<TimeSpan>(options, TimeSpanConverter),
        _ when type == typeof(Guid) => CreateValueInfo<Guid>(options, GuidConverter),
        _ when type == typeof(Uri) => CreateValueInfo<Uri>(options, UriConverter),
        _ when type == typeof(Version) => CreateValueInfo<Version>(options, VersionConverter),
        _ when type == typeof(Half) => CreateValueInfo<Half>(options, HalfConverter),
        _ when type == typeof(Int128) => CreateValueInfo<Int128>(options, Int128Converter),
        _ when type == typeof(UInt128) => CreateValueInfo<UInt128>(options, UInt128Converter),
        _ when type == typeof(byte[]) => CreateValueInfo<byte[]>(options, ByteArrayConverter),
        _ when type == typeof(JsonElement) => CreateValueInfo<JsonElement>(options, JsonElementConverter),
        _ when type == typeof(JsonDocument) => CreateValueInfo<JsonDocument>(options, JsonDocumentConverter),
        _ when type == typeof(JsonNode) => CreateValueInfo<JsonNode>(options, JsonNodeConverter),
        _ when type == typeof(JsonObject) => CreateValueInfo<JsonObject>(options, JsonObjectConverter),
        _ when type == typeof(JsonArray) => CreateValueInfo<JsonArray>(options, JsonArrayConverter),
        _ when type == typeof(JsonValue) => CreateValueInfo<JsonValue>(options, JsonValueConverter),
        _ => null,
    };
}
