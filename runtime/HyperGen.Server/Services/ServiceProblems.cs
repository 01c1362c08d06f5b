using System.Text;

namespace HyperGen.Server.Services;

/// <summary>Everything that is wrong with the services of an application, to be said at once.</summary>
internal sealed class ServiceProblems
{
    private readonly List<string> _problems = [];

    public IReadOnlyList<string> Sentences => _problems;

    public void Add(string sentence)
    {
        if (!_problems.Contains(sentence))
        {
            _problems.Add(sentence);
        }
    }

    public void ThrowIfAny()
    {
        if (_problems.Count == 0)
        {
            return;
        }
        var message = new StringBuilder("The application cannot be built, because of its services:");
        foreach (string problem in _problems)
        {
            message.Append("\n  - ").Append(problem);
        }
        throw new InvalidOperationException(message.ToString());
    }
}
