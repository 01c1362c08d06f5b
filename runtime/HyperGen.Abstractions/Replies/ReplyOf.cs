using System.Text.Json.Serialization.Metadata;
using HyperGen.CompilerServices;

namespace HyperGen;

/// <summary>A response that, when all goes well, carries a value as JSON; any <see cref="Reply"/> converts to it.</summary>
/// <remarks>A value converts to it too: it is answered with 200, and null with 404.</remarks>
/// <typeparam name="T">The type of the value, which a <c>JsonSerializerContext</c> must cover.</typeparam>
public readonly struct Reply<T>
{
    private readonly Reply _reply;
    private readonly T? _value;
    private readonly bool _hasValue;

    internal Reply(Reply reply, T? value)
    {
        _reply = reply;
        _value = value;
        _hasValue = true;
    }

    private Reply(Reply reply)
    {
        _reply = reply;
        _value = default;
    }

    /// <summary>The status of the response.</summary>
    public int StatusCode => _reply.StatusCode;

    /// <summary>Whether the response carries a value.</summary>
    public bool HasValue => _hasValue;

    /// <summary>The value; the default of its type when there is none.</summary>
    public T? Value => _value;

    /// <summary>The same reply with one more header; a header of that name that the response has already is kept beside it.</summary>
    /// <param name="name">The name, a token of RFC 9110.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is no token, or the value holds a control character such as CR or LF.</exception>
    public Reply<T> WithHeader(string name, string value) =>
        _hasValue ? new(_reply.WithHeader(name, value), _value) : new(_reply.WithHeader(name, value));

    /// <summary>The reply without its value.</summary>
    internal Reply Head => _reply;

    /// <summary>Writes the response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="type">The JSON contract of the value.</param>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public ValueTask WriteAsync(RequestContext context, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(type);
        if (!_hasValue)
        {
            return _reply.WriteAsync(context);
        }
        Respond.WriteJson(context, Respond.JsonHead(_reply.Begin(context).Status), _value!, type);
        return default;
    }

    /// <summary>A reply without a value.</summary>
    /// <param name="reply">The reply.</param>
    public static implicit operator Reply<T>(Reply reply) => new(reply);

    /// <summary>200 with a value, 404 with null.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Reply<T>(T? value) => value is null ? new(Reply.NotFound()) : new(Reply.Ok(), value);
}
