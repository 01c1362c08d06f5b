namespace HyperGen.Secured;

/// <summary>One program for both doors, to be run by WebApplicationFactory: what its endpoints ask for must be done through either.</summary>
public static class Program
{
    public static Task Main(string[] args) => args.Contains("--door=AspNetCore") ? RunAspNetCoreAsync(args) : RunHyperAppAsync(args);

    private static async Task RunAspNetCoreAsync(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        Security.Add(builder.Services);
        builder.Services.AddHyperGen();
        await using WebApplication app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHyperGen();
        await app.RunAsync();
    }

    private static async Task RunHyperAppAsync(string[] args)
    {
        HyperAppBuilder builder = HyperApp.CreateBuilder(args);
        Security.Add(builder.Services);
        await using HyperApp app = builder.Build();
        await app.RunAsync();
    }
}
