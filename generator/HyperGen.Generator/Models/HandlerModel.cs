namespace HyperGen.Generator.Models;

/// <summary>How an instance of a handler class is come by.</summary>
/// <param name="Lifetime">How long an instance lives.</param>
/// <param name="Dependencies">What its constructor asks for.</param>
/// <param name="Disposal">How an instance that lives for one request is given up.</param>
internal sealed record HandlerModel(HandlerLifetime Lifetime, EquatableArray<DependencyModel> Dependencies, Disposal Disposal);

internal enum HandlerLifetime
{
    /// <summary>All endpoints are static methods: no instance is ever made.</summary>
    None,

    /// <summary>Every field is readonly: one instance serves the application, provided that all dependencies turn out to be singletons.</summary>
    Shareable,

    /// <summary>A field can change, the class is disposable, or its constructor asks for something of the request: one instance for each request.</summary>
    Request,
}

internal enum Disposal
{
    None,
    Dispose,
    DisposeAsync,
}
