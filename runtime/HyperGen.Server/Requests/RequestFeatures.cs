using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using AspNetEndpoint = Microsoft.AspNetCore.Http.Endpoint;

namespace HyperGen.Server.Requests;

/// <summary>What code written for ASP.NET Core finds on the <see cref="HttpContext"/> of one of our requests: endpoint, route values and services, each made on first use.</summary>
internal sealed class RequestFeatures(FeatureRequestContext context) : IEndpointFeature, IRouteValuesFeature, IServiceProvidersFeature
{
    private bool _replaced;

    public AspNetEndpoint? Endpoint
    {
        get => _replaced ? field : context.Served?.Route;
        set
        {
            field = value;
            _replaced = true;
        }
    }

    public RouteValueDictionary RouteValues
    {
        get => field ??= ReadRouteValues();
        set;
    } = null!;

    IServiceProvider IServiceProvidersFeature.RequestServices
    {
        get => field ?? context.ScopedServices;
        set;
    } = null!;

    public void Reset()
    {
        Endpoint = null;
        _replaced = false;
        RouteValues = null!;
        ((IServiceProvidersFeature)this).RequestServices = null!;
    }

    private RouteValueDictionary ReadRouteValues()
    {
        var values = new RouteValueDictionary();
        if (context.Served is not { } served)
        {
            return values;
        }
        IReadOnlyList<string> names = served.Descriptor.Parameters;
        for (int ordinal = 0; ordinal < names.Count; ordinal++)
        {
            if (context.HasRouteValue(ordinal))
            {
                values[names[ordinal]] = Encoding.UTF8.GetString(context.RouteValue(ordinal));
            }
            else if (served.Route.RoutePattern.Defaults.TryGetValue(names[ordinal], out object? value))
            {
                values[names[ordinal]] = value;
            }
        }
        return values;
    }
}
