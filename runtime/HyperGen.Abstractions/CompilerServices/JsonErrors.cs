using System.Text.Json;

namespace HyperGen.CompilerServices;

/// <summary>Says what is wrong with a JSON text without naming the types of the program, as the serializer's own messages do.</summary>
internal static class JsonErrors
{
    private const string MissingProperties = "missing required properties including: ";

    /// <summary>Whether the serializer could not tell which of several derived types is meant.</summary>
    public static bool LacksDiscriminator(NotSupportedException exception) => exception.Message.Contains("must specify a type discriminator", StringComparison.Ordinal);

    public static string Describe(JsonException exception)
    {
        string message = exception.Message;
        // The reader's own exception, as the serializer wraps it: the text is no JSON at all, and the message speaks of nothing else.
        if (exception.InnerException is JsonException syntax)
        {
            return "The JSON is malformed: " + WithoutPosition(syntax.Message) + Position(exception);
        }
        if (After(message, MissingProperties) is { } names)
        {
            return "Required properties are missing: " + names.TrimEnd('.') + ".";
        }
        if (message.StartsWith("Duplicate property ", StringComparison.Ordinal) && Quoted(message) is { } twice)
        {
            return $"The property '{twice}' stands there more than once.";
        }
        if (message.StartsWith("The property or field ", StringComparison.Ordinal) || message.StartsWith("The constructor parameter ", StringComparison.Ordinal))
        {
            return "The value must not be null.";
        }
        return message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
            ? "The value is of the wrong JSON type, out of range or badly formatted" + Position(exception)
            : "The value is not accepted here" + Position(exception);
    }

    private static string Position(JsonException exception) => exception.LineNumber is { } line
        ? FormattableString.Invariant($" (line {line + 1}, byte {(exception.BytePositionInLine ?? 0) + 1}).")
        : ".";

    private static string WithoutPosition(string message)
    {
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.', ' ');
    }

    private static string? After(string message, string words)
    {
        int start = message.IndexOf(words, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }
        string rest = message[(start + words.Length)..];
        int end = rest.IndexOf(" Path:", StringComparison.Ordinal);
        return end < 0 ? rest : rest[..end];
    }

    private static string? Quoted(string message)
    {
        int start = message.IndexOf('\'');
        int end = start < 0 ? -1 : message.IndexOf('\'', start + 1);
        return end < 0 ? null : message[(start + 1)..end];
    }
}
