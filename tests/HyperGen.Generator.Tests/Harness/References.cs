using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Generator.Tests;

/// <summary>What test programs are compiled against: the framework this process runs on, and HyperGen.</summary>
internal static class References
{
    /// <summary>All references of an ordinary web application with HyperGen.</summary>
    public static readonly IReadOnlyList<MetadataReference> All =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => IsReferenced(Path.GetFileName(path)))
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The generator of <c>JsonSerializerContext</c>s, as the SDK brings it.</summary>
    public static ISourceGenerator JsonGenerator() =>
        new AnalyzerFileReference(Metadata("JsonGenerator"), new Loader()).GetGenerators(LanguageNames.CSharp).Single();

    public static string Metadata(string key) =>
        typeof(References).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private static bool IsReferenced(string file) =>
        file.StartsWith("System.", StringComparison.Ordinal)
        || file.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
        || file.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
        || file.StartsWith("Microsoft.Net.Http", StringComparison.Ordinal)
        || file is "netstandard.dll" or "mscorlib.dll" or "HyperGen.Abstractions.dll" or "HyperGen.Server.dll";

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
