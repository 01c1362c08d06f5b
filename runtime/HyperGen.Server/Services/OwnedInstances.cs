namespace HyperGen.Server.Services;

/// <summary>The middleware that an application has to dispose of. The container has it as a singleton, made after all that the middleware asks for, so that it goes first.</summary>
internal sealed class OwnedInstances : IAsyncDisposable, IDisposable
{
    private readonly Stack<object> _instances = [];

    public void Add(IEnumerable<object> instances)
    {
        foreach (object instance in instances)
        {
            _instances.Push(instance);
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_instances.TryPop(out object? instance))
        {
            if (instance is IAsyncDisposable async)
            {
                await async.DisposeAsync();
            }
            else
            {
                ((IDisposable)instance).Dispose();
            }
        }
    }

    /// <summary>A host that is disposed of without waiting waits here, as it has no other way to let asynchronous middleware finish.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
