using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using HyperGen.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Generator.Tests;

/// <summary>A generated application, loaded and running in this process.</summary>
internal sealed class RunningApp
{
    private readonly EndpointDescriptor[] _endpoints;
    private readonly IServiceProvider _services;

    private RunningApp(GeneratedApp app, IServiceCollection services)
    {
        App = app;
        _services = services.BuildServiceProvider(validateScopes: true);
        JsonSerializerOptions json = new(JsonSerializerDefaults.Web);
        foreach (EndpointModule module in app.Modules)
        {
            module.ConfigureJson(json);
        }
        ModuleServices moduleServices = new(_services, (type, key) => IsSingleton(services, type, key), json);
        foreach (EndpointModule module in app.Modules)
        {
            module.Initialize(moduleServices);
        }
        _endpoints = [.. app.Modules.SelectMany(static m => m.Endpoints)];
    }

    public GeneratedApp App { get; }

    public IReadOnlyList<EndpointDescriptor> Endpoints => _endpoints;

    /// <summary>Loads a program, with the libraries it references, and starts its application.</summary>
    public static RunningApp Start(GeneratedProgram program, Action<IServiceCollection>? configure = null, params GeneratedProgram[] libraries)
    {
        AssemblyLoadContext context = new(program.Compilation.AssemblyName, isCollectible: true);
        foreach (GeneratedProgram library in libraries)
        {
            context.LoadFromStream(new MemoryStream([.. library.Emit()]));
        }
        return Start(context.LoadFromStream(new MemoryStream([.. program.Emit()])), configure);
    }

    /// <summary>Starts another application of a program that is loaded already.</summary>
    public static RunningApp Start(Assembly assembly, Action<IServiceCollection>? configure = null)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton(assembly);
        assembly.GetType("Startup")?.GetMethod("Configure")!.Invoke(null, [services]);
        configure?.Invoke(services);
        Type app = assembly.GetTypes().Single(static t => typeof(GeneratedApp).IsAssignableFrom(t));
        return new RunningApp((GeneratedApp)Activator.CreateInstance(app)!, services);
    }

    /// <summary>Starts one more application of the same program.</summary>
    public RunningApp Again() => Start(App.GetType().Assembly);

    /// <summary>Sends a request and gives what the endpoint answered, e.g. <c>200 Hello</c>.</summary>
    public async Task<string> SendAsync(string method, string path)
    {
        TestRequest request = await RequestAsync(method, path);
        string body = request.ResponseText();
        return body.Length == 0 ? $"{request.StatusCode}" : $"{request.StatusCode} {body}";
    }

    public Task<string> GetAsync(string path) => SendAsync("GET", path);

    /// <summary>Sends a request and gives all of it, for tests that look at headers.</summary>
    public async Task<TestRequest> RequestAsync(string method, string path)
    {
        await using AsyncServiceScope scope = _services.CreateAsyncScope();
        TestRequest request = new(method, path, scope.ServiceProvider, App.MaxRouteValues);
        int match = App.Match(method, request.Path, request.Values);
        if (match < 0)
        {
            request.StatusCode = match == GeneratedApp.NoMatch ? 404 : 405;
            return request;
        }
        request.Matched(_endpoints[match]);
        await App.InvokeAsync(match, request);
        return request;
    }

    /// <summary>A matched request, for tests that run it themselves.</summary>
    public (int Endpoint, TestRequest Request) Prepare(string method, string path)
    {
        TestRequest request = new(method, path, _services, App.MaxRouteValues);
        int match = App.Match(method, request.Path, request.Values);
        request.Matched(_endpoints[match]);
        return (match, request);
    }

    private static bool IsSingleton(IServiceCollection services, Type type, object? key) => services.Any(d =>
        (d.ServiceType == type || (type.IsConstructedGenericType && d.ServiceType == type.GetGenericTypeDefinition())) && Equals(d.ServiceKey, key) && d.Lifetime == ServiceLifetime.Singleton);
}
