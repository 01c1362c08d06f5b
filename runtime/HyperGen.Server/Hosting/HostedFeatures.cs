using System.Collections;
using HyperGen.Server.Requests;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Hosting;

/// <summary>The features of a request that takes the way through ASP.NET Core's hosting: the server's, our context, and a place where hosting keeps its own state for the next request.</summary>
internal sealed class HostedFeatures<THosting>(FeatureRequestContext context) : IFeatureCollection, IHostContextContainer<THosting>
    where THosting : notnull
{
    private IFeatureCollection _server = null!;

    public THosting? HostContext { get; set; }

    public bool IsReadOnly => _server.IsReadOnly;

    public int Revision => _server.Revision;

    public object? this[Type key]
    {
        get => key == typeof(FeatureRequestContext) ? context : _server[key];
        set => _server[key] = value;
    }

    /// <summary>The features of a request, kept with its context.</summary>
    public static HostedFeatures<THosting> Of(FeatureRequestContext context, IFeatureCollection server)
    {
        var features = (HostedFeatures<THosting>)(context.HostedFeatures ??= new HostedFeatures<THosting>(context));
        features._server = server;
        return features;
    }

    public TFeature? Get<TFeature>() => typeof(TFeature) == typeof(FeatureRequestContext) ? (TFeature)(object)context : _server.Get<TFeature>();

    public void Set<TFeature>(TFeature? instance) => _server.Set(instance);

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _server.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
