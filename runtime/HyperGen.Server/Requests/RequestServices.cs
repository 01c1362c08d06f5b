using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Requests;

/// <summary>The scope of a request, made when a service is first asked for, and given up when the response has been sent.</summary>
internal sealed class RequestServices(IServiceScopeFactory scopes)
{
    private AsyncServiceScope? _scope;

    public IServiceProvider Get(IHttpResponseFeature response)
    {
        if (_scope is null)
        {
            response.OnCompleted(static state => ((RequestServices)state).DisposeAsync(), this);
            _scope = scopes.CreateAsyncScope();
        }
        return _scope.Value.ServiceProvider;
    }

    private Task DisposeAsync()
    {
        if (_scope is not { } scope)
        {
            return Task.CompletedTask;
        }
        _scope = null;
        return scope.DisposeAsync().AsTask();
    }
}
