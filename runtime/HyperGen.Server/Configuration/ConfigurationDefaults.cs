using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace HyperGen.Server.Configuration;

/// <summary>Settings that hold where nobody has said otherwise: they stand before every other source of the configuration.</summary>
internal static class ConfigurationDefaults
{
    public static void Add(ConfigurationManager configuration) => ((IConfigurationBuilder)configuration).Sources.Insert(0, new MemoryConfigurationSource
    {
        InitialData = new Dictionary<string, string?>
        {
            // Two log records for each request are what ASP.NET Core's project templates turn off too. Here they would also keep requests off the straight way.
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        },
    });
}
