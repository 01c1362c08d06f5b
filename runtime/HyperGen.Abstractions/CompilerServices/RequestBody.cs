using System.ComponentModel;

namespace HyperGen.CompilerServices;

/// <summary>What reading a body came to: a value, no body at all, or why it cannot be accepted.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct RequestBody<T>
{
    private readonly T? _value;
    private readonly bool _isEmpty;
    private readonly int _status;
    private readonly string? _name;
    private readonly string? _message;

    internal RequestBody(T? value) => _value = value;

    private RequestBody(bool isEmpty, int status = 0, string? name = null, string? message = null)
    {
        _isEmpty = isEmpty;
        _status = status;
        _name = name;
        _message = message;
    }

    internal static RequestBody<T> Empty => new(isEmpty: true);

    /// <summary>The value; a failure, a missing body, or null where a value is required, is noted.</summary>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="errors">Where to.</param>
    public T Required(string name, ref BindingErrors errors)
    {
        if (_isEmpty)
        {
            errors.Add(name, "A body is required.");
        }
        else if (!Failed(ref errors) && _value is null)
        {
            errors.Add(name, "The body must not be null.");
        }
        return _value!;
    }

    /// <summary>The value, or what stands for it when the request has no body; a failure is noted.</summary>
    /// <param name="absent">What stands for a missing body.</param>
    /// <param name="errors">Where to.</param>
    public T? Or(T? absent, ref BindingErrors errors) => _isEmpty ? absent : Failed(ref errors) ? default : _value;

    /// <summary>Whether the request has no body, or one that failed, which is noted.</summary>
    internal bool HasNoValue(ref BindingErrors errors) => _isEmpty || Failed(ref errors);

    /// <summary>The request as a whole cannot be accepted.</summary>
    internal static RequestBody<T> Refused(int status, string detail) => new(isEmpty: false, status, null, detail);

    /// <summary>A part of the body is wrong.</summary>
    internal static RequestBody<T> Wrong(string name, string message) => new(isEmpty: false, 400, name, message);

    private bool Failed(ref BindingErrors errors)
    {
        if (_message is null)
        {
            return false;
        }
        if (_name is null)
        {
            errors.Refuse(_status, _message);
        }
        else
        {
            errors.Add(_name, _message);
        }
        return true;
    }
}
