using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.CompilerServices;

/// <summary>What a module may ask for while it makes its middleware and shared handlers.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ModuleServices
{
    private readonly Func<Type, object?, bool> _isSingleton;
    private readonly Dictionary<Type, object> _shared = [];
    private readonly List<object> _owned = [];

    /// <summary>Gives a module access to the services of an application.</summary>
    /// <param name="root">The root provider.</param>
    /// <param name="isSingleton">Whether a service type, with a key or null, is registered as a singleton.</param>
    /// <param name="json">The JSON options of the application.</param>
    public ModuleServices(IServiceProvider root, Func<Type, object?, bool> isSingleton, JsonSerializerOptions json)
    {
        Root = root;
        _isSingleton = isSingleton;
        Json = json;
    }

    /// <summary>The root provider.</summary>
    public IServiceProvider Root { get; }

    /// <summary>The JSON options of the application.</summary>
    public JsonSerializerOptions Json { get; }

    /// <summary>Whether a service lives as long as the application.</summary>
    public bool IsSingleton<T>(object? key = null) => _isSingleton(typeof(T), key);

    /// <summary>A service of the root provider.</summary>
    /// <exception cref="InvalidOperationException">It is not registered.</exception>
    public T Get<T>()
        where T : notnull => Root.GetRequiredService<T>();

    /// <summary>A keyed service of the root provider.</summary>
    /// <exception cref="InvalidOperationException">It is not registered.</exception>
    public T GetKeyed<T>(object key)
        where T : notnull => Root.GetRequiredKeyedService<T>(key);

    /// <summary>A service of the root provider; null where it is not registered.</summary>
    public T? Find<T>() => Root.GetService<T>();

    /// <summary>A keyed service of the root provider; null where it is not registered.</summary>
    public T? FindKeyed<T>(object key) => Root.GetKeyedService<T>(key);

    /// <summary>What the application has one of, whichever of its modules ask: a middleware that takes no arguments.</summary>
    /// <param name="create">Makes it for the first module that asks.</param>
    public T Once<T>(Func<ModuleServices, T> create)
        where T : class
    {
        if (!_shared.TryGetValue(typeof(T), out object? instance))
        {
            _shared.Add(typeof(T), instance = Own(create(this)));
        }
        return (T)instance;
    }

    /// <summary>An instance as it is; one that is disposable is the application's to dispose of at its end.</summary>
    public T Own<T>(T instance)
        where T : class
    {
        if (instance is IDisposable or IAsyncDisposable)
        {
            _owned.Add(instance);
        }
        return instance;
    }

    /// <summary>What the application has to dispose of, in the order it was made.</summary>
    public IReadOnlyList<object> Owned => _owned;

    /// <summary>The JSON contract of a type, from the contexts that cover it.</summary>
    /// <exception cref="NotSupportedException">No context covers it.</exception>
    public JsonTypeInfo<T> JsonTypeInfo<T>() => (JsonTypeInfo<T>)Json.GetTypeInfo(typeof(T));
}
