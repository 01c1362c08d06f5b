using HyperGen.CompilerServices;
using HyperGen.Problems;

namespace HyperGen;

/// <summary>A response, as a handler returns it: a status, headers, and a body of any kind. The default value is an empty 200.</summary>
/// <remarks>It is a value: a reply of text, bytes or a status allocates nothing. A handler that answers with JSON returns <see cref="Reply{T}"/>.</remarks>
public readonly partial struct Reply
{
    private readonly ResponseHead? _head;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly object? _body;
    private readonly ReplyHeaders? _headers;

    private Reply(ResponseHead head, object? body = null, ReadOnlyMemory<byte> bytes = default, ReplyHeaders? headers = null)
    {
        _head = head;
        _body = body;
        _bytes = bytes;
        _headers = headers;
    }

    /// <summary>The status of the response. A file may still be answered with 206, 304, 412 or 416 as the request asks.</summary>
    public int StatusCode => Head.Status;

    /// <summary>Whether the reply is a stream of server-sent events, whatever the request accepts.</summary>
    internal bool IsEvents => ReferenceEquals(_head, ResponseHead.Events);

    private ResponseHead Head => _head ?? ResponseHead.Ok;

    /// <summary>The same reply with one more header; a header of that name that the response has already is kept beside it.</summary>
    /// <param name="name">The name, a token of RFC 9110.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is no token, or the value holds a control character such as CR or LF.</exception>
    public Reply WithHeader(string name, string value) =>
        new(Head, _body, _bytes, new ReplyHeaders(HeaderGuard.Name(name), HeaderGuard.Value(value), _headers));

    /// <summary>Writes the response.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends when the body has been handed to the server.</returns>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public ValueTask WriteAsync(RequestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _headers?.ApplyTo(context.ResponseHeaders);
        switch (_body)
        {
            case null:
                return Respond.Bytes(context, Head, _bytes);
            case string text:
                Respond.Text(context, Head, text);
                return default;
            default:
                return ((ReplyBody)_body).WriteAsync(context, Head);
        }
    }

    /// <summary>The reply whose JSON body <see cref="Reply{T}"/> writes itself.</summary>
    internal ResponseHead Begin(RequestContext context)
    {
        _headers?.ApplyTo(context.ResponseHeaders);
        return Head;
    }

    private static Reply Of(Problem problem) => new(ResponseHead.For(problem.Status, ProblemDocument.ContentType), new ProblemBody(problem));
}
