using System.Runtime.CompilerServices;

namespace HyperGen.Benchmarks.Pipelines;

/// <summary>Something to await that goes on when the measurement says so, on the same thread.</summary>
internal sealed class Pause : ICriticalNotifyCompletion
{
    public static readonly Pause Here = new();

    private Action? _continuation;

    public bool IsCompleted => false;

    public Pause GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => _continuation = continuation;

    public void UnsafeOnCompleted(Action continuation) => _continuation = continuation;

    /// <summary>Goes on, if anything waits.</summary>
    public void End()
    {
        Action? continuation = _continuation;
        _continuation = null;
        continuation?.Invoke();
    }
}
