using System.ComponentModel;
using System.Text.Json;

namespace HyperGen.CompilerServices;

/// <summary>The endpoints of one assembly. Generated code derives from it; an executable merges the modules of all assemblies it references.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class EndpointModule
{
    /// <summary>The endpoints, in the order of their numbers within the module.</summary>
    public abstract IReadOnlyList<EndpointDescriptor> Endpoints { get; }

    /// <summary>The services that handlers and middleware ask for, checked all at once when the application is built.</summary>
    public abstract IReadOnlyList<ServiceRequirement> Services { get; }

    /// <summary>Puts the module's JSON contexts in front of the resolvers that the options have.</summary>
    /// <param name="options">The options of the application's <c>ConfigureHttpJsonOptions</c>.</param>
    public abstract void ConfigureJson(JsonSerializerOptions options);

    /// <summary>Makes the middleware, and the handlers that one instance serves, once for the application.</summary>
    /// <param name="services">The services of the application.</param>
    public abstract void Initialize(ModuleServices services);

    /// <summary>Runs an endpoint: its middleware, binding, handler and response.</summary>
    /// <param name="endpoint">The number of the endpoint within the module.</param>
    /// <param name="context">The request, whose route ranges a match has filled in.</param>
    public abstract ValueTask InvokeAsync(int endpoint, RequestContext context);
}
