using System.Collections;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Requests;

/// <summary>What stands in a <see cref="RequestContext"/> between two requests: whoever has kept the context past the end of its request is told so.</summary>
internal sealed class EndedRequest : IFeatureCollection, IHttpRequestFeature, IHttpResponseFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature
{
    private EndedRequest()
    {
    }

    public static EndedRequest Instance { get; } = new();

    public bool IsReadOnly => throw Ended();

    public int Revision => throw Ended();

    public string Protocol { get => throw Ended(); set => throw Ended(); }

    public string Scheme { get => throw Ended(); set => throw Ended(); }

    public string Method { get => throw Ended(); set => throw Ended(); }

    public string PathBase { get => throw Ended(); set => throw Ended(); }

    public string Path { get => throw Ended(); set => throw Ended(); }

    public string QueryString { get => throw Ended(); set => throw Ended(); }

    public string RawTarget { get => throw Ended(); set => throw Ended(); }

    IHeaderDictionary IHttpRequestFeature.Headers { get => throw Ended(); set => throw Ended(); }

    Stream IHttpRequestFeature.Body { get => throw Ended(); set => throw Ended(); }

    public int StatusCode { get => throw Ended(); set => throw Ended(); }

    public string? ReasonPhrase { get => throw Ended(); set => throw Ended(); }

    IHeaderDictionary IHttpResponseFeature.Headers { get => throw Ended(); set => throw Ended(); }

    Stream IHttpResponseFeature.Body { get => throw Ended(); set => throw Ended(); }

    public bool HasStarted => throw Ended();

    public Stream Stream => throw Ended();

    public PipeWriter Writer => throw Ended();

    public CancellationToken RequestAborted { get => throw Ended(); set => throw Ended(); }

    public object? this[Type key] { get => throw Ended(); set => throw Ended(); }

    public TFeature? Get<TFeature>() => throw Ended();

    public void Set<TFeature>(TFeature? instance) => throw Ended();

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => throw Ended();

    IEnumerator IEnumerable.GetEnumerator() => throw Ended();

    public void OnStarting(Func<object, Task> callback, object state) => throw Ended();

    public void OnCompleted(Func<object, Task> callback, object state) => throw Ended();

    public void DisableBuffering() => throw Ended();

    public Task StartAsync(CancellationToken cancellationToken = default) => throw Ended();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw Ended();

    public Task CompleteAsync() => throw Ended();

    public void Abort() => throw Ended();

    private static ObjectDisposedException Ended() =>
        new(nameof(RequestContext), "The request has ended. A RequestContext serves one request after the other: take what is needed of it before the end, and do not keep it.");
}
