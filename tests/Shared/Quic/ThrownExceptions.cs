namespace HyperGen.Testing;

/// <summary>Counts the exceptions thrown on a thread, those that are caught included.</summary>
internal sealed class ThrownExceptions
{
    [ThreadStatic]
    private static ThrownExceptions? _ofThread;

    static ThrownExceptions() => AppDomain.CurrentDomain.FirstChanceException += static (_, _) =>
    {
        if (_ofThread is { } mine) mine.Count++;
    };

    public static ThrownExceptions OnThisThread => _ofThread ??= new();

    public int Count { get; private set; }
}
