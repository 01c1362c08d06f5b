using System.Text;
using HyperGen.Http3.Priorities;
using HyperGen.Http3.Qpack;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HyperGen.Server.Http3;

/// <summary>Encodes the headers that a handler set.</summary>
internal static class ResponseHeaderLines
{
    /// <summary>Encodes all lines behind what the output holds.</summary>
    /// <returns>What the <c>priority</c> field among them states.</returns>
    /// <exception cref="InvalidOperationException">A name or value has a character that HTTP does not allow.</exception>
    public static PriorityParameters Write(IHeaderDictionary headers, OutputBuffer output)
    {
        PriorityField priority = default;
        foreach ((string name, StringValues values) in headers)
        {
            if (IsConnectionSpecific(name))
            {
                continue;
            }
            foreach (string? value in values)
            {
                WriteLine(name, value ?? "", output, ref priority);
            }
        }
        return priority.Parameters;
    }

    private static void WriteLine(string name, string value, OutputBuffer output, ref PriorityField priority)
    {
        Span<byte> lower = name.Length <= 128 ? stackalloc byte[128] : new byte[name.Length];
        lower = lower[..name.Length];
        if (Ascii.ToLower(name, lower, out _) != System.Buffers.OperationStatus.Done)
        {
            throw new InvalidOperationException($"The header name '{name}' has a character that HTTP does not allow.");
        }
        int length = Encoding.UTF8.GetByteCount(value);
        Span<byte> text = length <= 512 ? stackalloc byte[512] : new byte[length];
        text = text[..Encoding.UTF8.GetBytes(value, text)];
        if (text.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) >= 0)
        {
            throw new InvalidOperationException($"The value of the header '{name}' has a character that HTTP does not allow.");
        }
        if (lower.SequenceEqual("priority"u8))
        {
            priority.Add(text);
        }
        Span<byte> destination = output.GetSpan(FieldSectionEncoder.MaxLength(lower.Length, text.Length));
        output.Advance(FieldSectionEncoder.Write(destination, lower, text));
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-4.2
    //# An endpoint MUST NOT generate an HTTP/3 field section containing connection-specific fields
    private static bool IsConnectionSpecific(string name) => name.Length switch
    {
        7 => name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase),
        10 => name.Equals("Connection", StringComparison.OrdinalIgnoreCase) || name.Equals("Keep-Alive", StringComparison.OrdinalIgnoreCase),
        16 => name.Equals("Proxy-Connection", StringComparison.OrdinalIgnoreCase),
        17 => name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };
}
