using System.ComponentModel;
using HyperGen.Problems;

namespace HyperGen.CompilerServices;

/// <summary>The failures of one request to bind, collected so that a client learns of all of them at once. The default value holds none and costs nothing.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct BindingErrors
{
    /// <summary>As many as help a person; a request cannot make the answer grow beyond.</summary>
    private const int MaxErrors = 32;

    private List<(string Name, string Message)>? _errors;
    private int _status;
    private string? _detail;

    /// <summary>Whether any binding failed.</summary>
    public readonly bool Any => _status != 0;

    /// <summary>Notes that a value is missing or wrong.</summary>
    /// <param name="name">The name of the value as the client knows it.</param>
    /// <param name="message">A sentence that says what would be right.</param>
    public void Add(string name, string message)
    {
        if (_status == 0)
        {
            _status = 400;
        }
        _errors ??= [];
        if (_errors.Count < MaxErrors)
        {
            _errors.Add((name, message));
        }
    }

    /// <summary>Notes that the request as a whole cannot be accepted, which outweighs what is wrong with its values.</summary>
    /// <param name="status">The status, e.g. 415.</param>
    /// <param name="detail">A sentence that says what would be right.</param>
    public void Refuse(int status, string detail)
    {
        if (_detail is null)
        {
            _status = status;
            _detail = detail;
        }
    }

    /// <summary>Answers with one problem document that names all failures.</summary>
    /// <param name="context">The request.</param>
    public readonly ValueTask WriteAsync(RequestContext context)
    {
        ProblemDocument.Write(context, _detail is not null
            ? new Problem(_status, _detail)
            : new Problem(400, Title: "One or more validation errors occurred.", Errors: Grouped()));
        return default;
    }

    private readonly IEnumerable<KeyValuePair<string, string[]>> Grouped() =>
        (_errors ?? []).GroupBy(e => e.Name, e => e.Message, StringComparer.Ordinal)
            .Select(g => KeyValuePair.Create(g.Key, g.ToArray()));
}
