using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>Runs every rule over a program and compares what it underlines with the marks.</summary>
internal static class Verify
{
    public static ImmutableArray<DiagnosticAnalyzer> Analyzers { get; } =
    [
        .. typeof(RuleAnalyzer).Assembly.GetTypes()
            .Where(static t => t.IsSubclassOf(typeof(DiagnosticAnalyzer)) && !t.IsAbstract)
            .Select(static t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!),
    ];

    /// <summary>The program breaks the rules that are marked, there, with these messages, and no other.</summary>
    public static async Task RulesAsync(string markup, params string[] messages)
    {
        Markup program = Markup.Parse(markup);
        CSharpCompilation compilation = TestProgram.Compile(program.Source);
        ImmutableArray<Diagnostic> found = await DiagnosticsAsync(compilation);

        Assert.Equal(
            program.Expected.Select(mark => Show(mark.Rule, mark.Span.Start, program.Source.Substring(mark.Span.Start, mark.Span.Length))),
            found.Select(d => Show(d.Id, d.Location.SourceSpan.Start, program.Source.Substring(d.Location.SourceSpan.Start, d.Location.SourceSpan.Length))));
        if (messages.Length > 0)
        {
            Assert.Equal(messages, found.Select(Message));
        }
        AgreesWithGenerator(compilation, found);
    }

    /// <summary>The generator is silent while analyzers speak; without them it says the same.</summary>
    public static void AgreesWithGenerator(CSharpCompilation compilation, ImmutableArray<Diagnostic> found)
    {
        Assert.Empty(GeneratorErrors.Of(compilation));
        Assert.Equal(
            found.Where(static d => d.Severity == DiagnosticSeverity.Error).Select(static d => WithoutOrder($"{d.Id}: {Message(d)}")).Distinct().Order(StringComparer.Ordinal),
            GeneratorErrors.Of(compilation, ("RunAnalyzers", "false")).Select(WithoutOrder));
    }

    /// <summary>Of two endpoints in conflict the generator may name the other one first: it does not know the order of the source.</summary>
    private static string WithoutOrder(string sentence) => sentence.StartsWith("HG0001", StringComparison.Ordinal) || sentence.StartsWith("HG0002", StringComparison.Ordinal)
        ? sentence[..6]
        : sentence;

    /// <summary>What the rules say of a program that is otherwise C# without errors, in the order of the text.</summary>
    public static async Task<ImmutableArray<Diagnostic>> DiagnosticsAsync(Compilation compilation)
    {
        // CS0534, CS7036: System.Text.Json's generator, which would complete the contexts, does not run here.
        IEnumerable<Diagnostic> errors = compilation.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(static d => d is { Severity: DiagnosticSeverity.Error, Id: not ("CS0534" or "CS7036") });
        Assert.Empty(errors);
        CompilationWithAnalyzers analysis = compilation.WithAnalyzers(Analyzers, new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]), static (exception, analyzer, _) => throw new InvalidOperationException(analyzer.ToString(), exception), concurrentAnalysis: true, logAnalyzerExecutionTime: false));
        ImmutableArray<Diagnostic> found = await analysis.GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. found.OrderBy(static d => d.Location.SourceSpan.Start).ThenBy(static d => d.Id, StringComparer.Ordinal)];
    }

    private static string Message(Diagnostic diagnostic) => diagnostic.GetMessage(CultureInfo.InvariantCulture);

    private static string Show(string rule, int start, string text) => $"{rule} at {start}: {text}";
}
