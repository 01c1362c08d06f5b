using System.Buffers;
using System.ComponentModel;
using System.Text;
using HyperGen.Problems;
using Microsoft.AspNetCore.Http;

namespace HyperGen.CompilerServices;

/// <summary>What generated code calls to answer with what a handler returned. What is synchronous stays so and allocates nothing.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Respond
{
    /// <summary>Answers with text; null is 404.</summary>
    public static ValueTask Text(RequestContext context, string? text)
    {
        if (text is null)
        {
            return NotFound(context);
        }
        Text(context, ResponseHead.Text, text);
        return default;
    }

    /// <summary>Answers as a reply says.</summary>
    public static ValueTask Reply(RequestContext context, Reply reply) => reply.WriteAsync(context);

    /// <summary>Answers with an <see cref="IResult"/>, which sees the request as ASP.NET Core does; null is 404.</summary>
    public static ValueTask Result(RequestContext context, IResult? result) =>
        result is null ? NotFound(context) : new ValueTask(result.ExecuteAsync(context.HttpContext));

    /// <summary>Answers with 404.</summary>
    public static ValueTask NotFound(RequestContext context)
    {
        ProblemDocument.Write(context, new Problem(404));
        return default;
    }

    /// <summary>Answers with a problem document.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The status, 400 to 599.</param>
    /// <param name="detail">What went wrong; null to say no more than the status does.</param>
    public static ValueTask Problem(RequestContext context, int status, string? detail = null)
    {
        ProblemDocument.Write(context, new Problem(status, detail));
        return default;
    }

    internal static void Text(RequestContext context, ResponseHead head, string text)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        Span<byte> utf8 = most <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(most);
        context.Write(head, utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
