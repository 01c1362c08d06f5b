using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HyperGen.CompilerServices;

public static partial class Respond
{
    /// <summary>Answers with JSON; null is 404.</summary>
    public static ValueTask Json<T>(RequestContext context, T? value, JsonTypeInfo<T> type)
    {
        // The first test spares unoptimised code a box.
        if (!typeof(T).IsValueType && value is null)
        {
            return NotFound(context);
        }
        WriteJson(context, ResponseHead.Json, value!, type);
        return default;
    }

    /// <summary>Answers with JSON; null is 404.</summary>
    public static ValueTask Json<T>(RequestContext context, T? value, JsonTypeInfo<T> type)
        where T : struct =>
        value is { } some ? Json(context, some, type) : NotFound(context);

    /// <summary>Answers as a reply says.</summary>
    public static ValueTask Reply<T>(RequestContext context, Reply<T> reply, JsonTypeInfo<T> type) => reply.WriteAsync(context, type);

    internal static ResponseHead JsonHead(int status) => status == 200 ? ResponseHead.Json : ResponseHead.For(status, ResponseHead.Json.ContentType);

    internal static void WriteJson<T>(RequestContext context, ResponseHead head, T value, JsonTypeInfo<T> type)
    {
        using JsonBuffer buffer = context.RentJsonBuffer();
        Utf8JsonWriter json = buffer.Rent(type.Options);
        WriteValue(json, value, type);
        json.Flush();
        context.Write(head, buffer.Written);
    }

    /// <summary>Writes a value by its run-time type where a context covers that, as ASP.NET Core does, unless the declared type says how it is polymorphic.</summary>
    /// <remarks>ASP.NET Core's options end in reflection under the JIT. A contract from there would show members that no context names, and that AOT does not show.</remarks>
    internal static void WriteValue<T>(Utf8JsonWriter json, T value, JsonTypeInfo<T> type)
    {
        if (!typeof(T).IsValueType && value is not null && value.GetType() != typeof(T) && type.PolymorphismOptions is null
            && type.Options.TryGetTypeInfo(value.GetType(), out JsonTypeInfo? exact) && exact.OriginatingResolver is not DefaultJsonTypeInfoResolver)
        {
            JsonSerializer.Serialize(json, value, exact);
        }
        else
        {
            JsonSerializer.Serialize(json, value, type);
        }
    }
}
