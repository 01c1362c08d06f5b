using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Generator.Tests;

/// <summary>A program and what the generator made of it. Making one checks what holds for every program: caching, no Roslyn objects in the pipeline, a clean compilation.</summary>
internal sealed class GeneratedProgram
{
    private GeneratedProgram(Compilation compilation, IReadOnlyDictionary<string, string> sources, long keystrokeMilliseconds)
    {
        KeystrokeMilliseconds = keystrokeMilliseconds;
        Compilation = compilation;
        Sources = sources;
    }

    /// <summary>The program with its generated files.</summary>
    public Compilation Compilation { get; }

    /// <summary>The files by hint name.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; }

    /// <summary>How long the generator took after the last of the edits that caching is checked with.</summary>
    public long KeystrokeMilliseconds { get; }

    /// <summary>Generates and compiles an executable named App.</summary>
    public static GeneratedProgram Of(string source) => Of(new ProgramOptions { Sources = [source] });

    public static GeneratedProgram Of(ProgramOptions options)
    {
        Compilation input = options.ToCompilation();
        GeneratorDriver driver = Driver(options).RunGeneratorsAndUpdateCompilation(input, out Compilation output, out ImmutableArray<Diagnostic> diagnostics, TestContext.Current.CancellationToken);
        Assert.Empty(diagnostics);
        GeneratorRunResult result = driver.GetRunResult().Results[0];
        Assert.Null(result.Exception);
        if (options.ExpectsCleanCompilation)
        {
            Cleanliness.Check(output);
        }
        long keystroke = 0;
        Caching.AssertNamed(result);
        RoslynObjects.AssertAbsent(result);
        foreach ((string name, Compilation edited) in Edits.Of(input))
        {
            GeneratorDriver afterwards = driver.RunGenerators(edited, TestContext.Current.CancellationToken);
            Caching.AssertCached(name, afterwards.GetRunResult().Results[0]);
            keystroke = (long)afterwards.GetTimingInfo().GeneratorTimes[0].ElapsedTime.TotalMilliseconds;
        }
        return new GeneratedProgram(output, result.GeneratedSources.ToDictionary(static s => s.HintName, static s => s.SourceText.ToString(), StringComparer.Ordinal), keystroke);
    }

    /// <summary>The program with one of its files, for a test that is about a class alone.</summary>
    public GeneratedProgram Only(string controller) =>
        new(Compilation, new Dictionary<string, string> { [controller + ".g.cs"] = Sources[controller + ".g.cs"] }, KeystrokeMilliseconds);

    /// <summary>The program as a reference for another.</summary>
    public MetadataReference ToReference() => MetadataReference.CreateFromImage(Emit());

    /// <summary>The program as an assembly.</summary>
    public ImmutableArray<byte> Emit()
    {
        using MemoryStream image = new();
        Microsoft.CodeAnalysis.Emit.EmitResult result = Compilation.Emit(image, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return [.. image.ToArray()];
    }

    private static CSharpGeneratorDriver Driver(ProgramOptions options) => CSharpGeneratorDriver.Create(
        [new HyperGenGenerator().AsSourceGenerator(), References.JsonGenerator()],
        parseOptions: options.ParseOptions,
        optionsProvider: new BuildProperties(options.BuildProperties),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
}
