using System.Xml.Linq;
using Xunit;

namespace HyperGen.Package.Tests;

/// <summary>What the Dockerfile of the sample needs is there, and is let in. Whether the image runs is for a machine with Docker.</summary>
public sealed class DockerTests
{
    [Fact]
    public void The_context_has_the_folder_of_packages_that_nuget_config_names()
    {
        string source = XDocument.Load(Path.Combine(Repository.Root, "nuget.config")).Descendants("add").Single().Attribute("value")!.Value;
        string[] ignored = File.ReadAllLines(Path.Combine(Repository.Root, ".dockerignore"));
        Assert.Contains($"!{source}/.gitkeep", ignored);
        Assert.True(File.Exists(Path.Combine(Repository.Root, source, ".gitkeep")));
    }

    [Fact]
    public void The_project_is_where_the_image_publishes_it_from()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "samples", "Hello", "Dockerfile"));
        Assert.Contains("dotnet publish /src/samples/Hello ", text, StringComparison.Ordinal);
        Assert.Contains("ENTRYPOINT [\"/app/Hello\"]", text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "samples", "Hello", "Hello.csproj")));
    }
}
