using HyperGen.CompilerServices;
using HyperGen.Server.Configuration;
using HyperGen.Server.Hosting;
using HyperGen.Server.Pipeline;
using HyperGen.Server.Services;
using HyperGen.Server.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HyperGen;

/// <summary>Collects the services and the configuration of a <see cref="HyperApp"/>.</summary>
/// <remarks>It has ASP.NET Core's own builder inside: configuration files, environment variables, logging and services are the ones known from there.</remarks>
public sealed class HyperAppBuilder
{
    private readonly WebApplicationBuilder _web;
    private readonly GeneratedApp _generated;

    /// <summary>Begins an application. Call <c>HyperApp.CreateBuilder(args)</c>, which passes the generated routes of the program.</summary>
    /// <param name="generated">The routes of the program.</param>
    /// <param name="args">The command line, read as configuration, e.g. <c>--server:httpPort=0</c>.</param>
    public HyperAppBuilder(GeneratedApp generated, string[]? args)
        : this(generated, new WebApplicationOptions { Args = args })
    {
    }

    /// <summary>Begins an application. Call <c>HyperApp.CreateBuilder(options)</c>, which passes the generated routes of the program.</summary>
    /// <param name="generated">The routes of the program.</param>
    /// <param name="options">The command line, environment and folders of the application.</param>
    public HyperAppBuilder(GeneratedApp generated, WebApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(generated);
        ArgumentNullException.ThrowIfNull(options);
        _generated = generated;
        _web = WebApplication.CreateSlimBuilder(options);
        _web.WebHost.UseKestrelHttpsConfiguration();
        ConfigurationDefaults.Add(_web.Configuration);
        _web.Services.AddHyperServerOptions();
        generated.AddModules(_web.Services);
    }

    /// <summary>The services of the application.</summary>
    public IServiceCollection Services => _web.Services;

    /// <summary>The configuration: <c>appsettings.json</c>, environment variables, command line, and what is added here.</summary>
    public ConfigurationManager Configuration => _web.Configuration;

    /// <summary>The environment, e.g. Development, and the folders.</summary>
    public IWebHostEnvironment Environment => _web.Environment;

    /// <summary>The logging providers and filters.</summary>
    public ILoggingBuilder Logging => _web.Logging;

    /// <summary>The web host, e.g. to configure Kestrel or to put another server in its place.</summary>
    public ConfigureWebHostBuilder WebHost => _web.WebHost;

    /// <summary>The generic host, e.g. to use another service container.</summary>
    public ConfigureHostBuilder Host => _web.Host;

    /// <summary>Builds the application. It may be called once.</summary>
    /// <exception cref="InvalidOperationException">
    /// Services are missing, or would be held longer than they live: the message names all of them. Or a setting below <c>server:</c>, or the host of an endpoint, makes no sense.
    /// </exception>
    public HyperApp Build()
    {
        var lifetimes = new ServiceLifetimes(Services);
        var table = new EndpointTable(_generated);
        Services.AddSingleton(table);
        Services.AddSingleton(lifetimes);
        Services.AddSingleton<ServerServices>();
        Services.AddSingleton<Listeners>();
        Services.AddSingleton<AlternativeServices>();
        Services.AddSingleton<StraightWay>();
        Services.AddSingleton<UnhandledExceptions>();
        Services.AddEndpointsToMetadata(table);
        Services.AddHostedService<StartupReport>();
        if (ServerOptionsSetup.IsHttp3Kestrels(Configuration))
        {
            ConfigurationDefaults.AddHttp3(Configuration);
            _web.WebHost.UseHyperGenQuic();
        }
        HyperServer.Decorate(Services);

        WebApplication web = _web.Build();
        try
        {
            var problems = new ServiceProblems();
            ServiceAudit.Run(_generated.Modules, web.Services, lifetimes, problems);
            EndpointPipeline.Add(web, Services, table, problems);
            problems.ThrowIfAny();
            table.CheckHosts();
            ListenAddresses.Check(web.Services.GetRequiredService<IOptions<HyperServerOptions>>().Value);
            _generated.Initialize(web.Services, lifetimes);
            return new HyperApp(web, table);
        }
        catch
        {
            ((IDisposable)web).Dispose();
            throw;
        }
    }
}
