using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Hosting;

/// <summary>What all requests of an application share.</summary>
internal sealed class ServerServices(IServiceScopeFactory scopes, IOptions<FormOptions> forms)
{
    public IServiceScopeFactory Scopes { get; } = scopes;

    public FormOptions Forms => forms.Value;
}
