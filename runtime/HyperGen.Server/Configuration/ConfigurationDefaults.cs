using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace HyperGen.Server.Configuration;

/// <summary>Settings that hold where nobody has said otherwise: they stand before every other source of the configuration.</summary>
internal static class ConfigurationDefaults
{
    // Two log records for each request are what ASP.NET Core's project templates turn off too. Here they would also keep requests off the straight way.
    public static void Add(ConfigurationManager configuration) => Add(configuration, "Logging:LogLevel:Microsoft.AspNetCore", "Warning");

    /// <summary>Has Kestrel serve HTTP/3 on its https endpoints, which by itself it does only where it is told to.</summary>
    public static void AddHttp3(ConfigurationManager configuration) => Add(configuration, "Kestrel:EndpointDefaults:Protocols", "Http1AndHttp2AndHttp3");

    private static void Add(ConfigurationManager configuration, string name, string value) =>
        ((IConfigurationBuilder)configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = new Dictionary<string, string?> { [name] = value } });
}
