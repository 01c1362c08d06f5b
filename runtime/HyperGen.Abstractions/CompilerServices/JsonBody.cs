using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HyperGen.CompilerServices;

/// <summary>Turns the bytes of a body into a value, and what is wrong with them into a sentence and a path.</summary>
internal static class JsonBody
{
    public static RequestBody<T> Deserialize<T>(in ReadOnlySequence<byte> json, JsonTypeInfo<T> type, bool nullIsEmpty)
    {
        JsonSerializerOptions options = type.Options;
        Utf8JsonReader reader = new(WithoutByteOrderMark(json), new JsonReaderOptions
        {
            AllowTrailingCommas = options.AllowTrailingCommas,
            CommentHandling = options.ReadCommentHandling,
            MaxDepth = options.MaxDepth,
        });
        try
        {
            if (nullIsEmpty && IsNull(reader))
            {
                return RequestBody<T>.Empty;
            }
            T? value = JsonSerializer.Deserialize(ref reader, type);
            return reader.Read()
                ? RequestBody<T>.Wrong("$", "The body holds more than one JSON value.")
                : new RequestBody<T>(value);
        }
        catch (JsonException e)
        {
            return RequestBody<T>.Wrong(string.IsNullOrEmpty(e.Path) ? "$" : e.Path, JsonErrors.Describe(e));
        }
        catch (NotSupportedException e) when (JsonErrors.LacksDiscriminator(e))
        {
            // The serializer blames the abstract type for it, but it is the client who has not said which one is meant.
            return RequestBody<T>.Wrong("$", "The value does not say of which type it is: its type discriminator is missing.");
        }
        catch (InvalidOperationException) when (!IsUtf8(json))
        {
            // The reader leaves the text of a string unchecked until someone asks for it.
            return RequestBody<T>.Wrong("$", "The body is not valid UTF-8.");
        }
    }

    private static bool IsNull(Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.Null && !reader.Read();

    private static ReadOnlySequence<byte> WithoutByteOrderMark(in ReadOnlySequence<byte> json)
    {
        SequenceReader<byte> reader = new(json);
        return reader.IsNext([0xEF, 0xBB, 0xBF], advancePast: true) ? reader.UnreadSequence : json;
    }

    private static bool IsUtf8(in ReadOnlySequence<byte> json) => System.Text.Unicode.Utf8.IsValid(json.IsSingleSegment ? json.FirstSpan : json.ToArray());
}
