using System.Diagnostics;
using System.Net;
using Xunit;

namespace HyperGen.Package.Tests;

/// <summary>What a user sees who installs the packages.</summary>
public sealed class PackageTests(PackedConsumer consumer) : IClassFixture<PackedConsumer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_installed_package_compiles_routes_and_serves_them()
    {
        (int exitCode, string output) = await consumer.BuildAsync("-o good", Stop);
        Assert.True(exitCode == 0, output);

        using Process server = Tool.Start(consumer.Directory, "dotnet", "good/Consumer.dll --server:httpPort 0 --server:port 0");
        try
        {
            string? line;
            do
            {
                line = await server.StandardOutput.ReadLineAsync(Stop);
            }
            while (line is not null && !line.Contains("listening on: http://", StringComparison.Ordinal));
            if (line is null)
            {
                Assert.Fail("The consumer ended before it listened: " + await server.StandardError.ReadToEndAsync(Stop));
            }
            using HttpClient client = new() { BaseAddress = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..]) };

            Assert.Equal("""{"name":"ada","times":2}""", await client.GetStringAsync("/greetings/ada?times=2", Stop));
            using HttpResponseMessage bad = await client.GetAsync("/greetings/ada?times=x", Stop);
            Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
            Assert.Equal("application/problem+json", bad.Content.Headers.ContentType?.MediaType);
        }
        finally
        {
            if (!server.HasExited)
            {
                server.Kill(entireProcessTree: true);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-p:RunAnalyzers=false")]
    public async Task A_mistake_does_not_build_and_names_its_rule(string analyzers)
    {
        string broken = Path.Combine(consumer.Directory, "Broken.cs");
        File.Copy(Path.Combine(PackedConsumer.Source, "Broken.cs.txt"), broken);
        try
        {
            (int exitCode, string output) = await consumer.BuildAsync("-o broken " + analyzers, Stop);
            Assert.NotEqual(0, exitCode);
            Assert.Contains("HG0003", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(broken);
        }
    }
}
