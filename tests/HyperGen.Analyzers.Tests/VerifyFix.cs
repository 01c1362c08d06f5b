using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>Applies the fixes of a provider to a program and compares what comes out.</summary>
/// <typeparam name="TProvider">The provider.</typeparam>
internal static class VerifyFix<TProvider>
    where TProvider : CodeFixProvider, new()
{
    /// <summary>The titles of the fixes that are offered for the first place a rule marks.</summary>
    public static async Task<string[]> TitlesAsync(string source) =>
        [.. (await FixesAsync(Project(source))).Select(static fix => fix.Title)];

    /// <summary>Applies a fix at the first place. The rules must then be content with the program.</summary>
    /// <param name="before">The program.</param>
    /// <param name="after">The program, or programs, after the fix, in the order of the documents.</param>
    /// <param name="fix">Which of the fixes that are offered.</param>
    public static Task AppliesAsync(string before, string after, int fix = 0) => AppliesAsync(before, [after], fix);

    /// <inheritdoc cref="AppliesAsync(string, string, int)"/>
    public static async Task AppliesAsync(string before, string[] after, int fix = 0)
    {
        Project project = Project(before);
        ImmutableArray<CodeAction> fixes = await FixesAsync(project);
        Assert.True(fix < fixes.Length, $"{fixes.Length} fixes are offered.");
        await CheckAsync(await ApplyAsync(fixes[fix], project), project.Id, after);
    }

    /// <summary>Applies a fix everywhere.</summary>
    public static async Task AppliesToAllAsync(string before, params string[] after)
    {
        Project project = Project(before);
        TProvider provider = new();
        ImmutableArray<Diagnostic> broken = await DiagnosticsAsync(project, provider);
        CodeAction first = (await FixesAsync(project))[0];
        FixAllContext context = new(
            project, provider, FixAllScope.Project, first.EquivalenceKey!, provider.FixableDiagnosticIds, new Found(broken), TestContext.Current.CancellationToken);
        CodeAction? all = await provider.GetFixAllProvider()!.GetFixAsync(context);
        await CheckAsync(await ApplyAsync(all!, project), project.Id, after);
    }

    private static async Task CheckAsync(Solution solution, ProjectId id, string[] after)
    {
        Project project = solution.GetProject(id)!;
        string[] texts = await Task.WhenAll(project.Documents.Skip(1).Select(static async d => (await d.GetTextAsync(TestContext.Current.CancellationToken)).ToString().ReplaceLineEndings("\n")));
        Assert.Equal(after.Select(static text => text.ReplaceLineEndings("\n")), texts);
        Assert.Empty(await DiagnosticsAsync(project, new TProvider()));
    }

    private static Project Project(string source)
    {
        AdhocWorkspace workspace = new();
        Project project = workspace.AddProject("Program", LanguageNames.CSharp)
            .WithParseOptions(TestProgram.ParseOptions)
            .WithCompilationOptions(TestProgram.Options)
            .WithMetadataReferences(TestProgram.References);
        return project
            .AddDocument("Usings.cs", TestProgram.Usings).Project
            .AddDocument("File0.cs", SourceText.From(source)).Project;
    }

    private static async Task<ImmutableArray<CodeAction>> FixesAsync(Project project)
    {
        TProvider provider = new();
        Diagnostic first = (await DiagnosticsAsync(project, provider))[0];
        Document document = project.GetDocument(first.Location.SourceTree)!;
        ImmutableArray<CodeAction>.Builder fixes = ImmutableArray.CreateBuilder<CodeAction>();
        await provider.RegisterCodeFixesAsync(new CodeFixContext(document, first, (fix, _) => fixes.Add(fix), TestContext.Current.CancellationToken));
        return fixes.ToImmutable();
    }

    private static async Task<Solution> ApplyAsync(CodeAction fix, Project project)
    {
        ImmutableArray<CodeActionOperation> operations = await fix.GetOperationsAsync(project.Solution, NoProgress.Instance, TestContext.Current.CancellationToken);
        return operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
    }

    private static async Task<ImmutableArray<Diagnostic>> DiagnosticsAsync(Project project, TProvider provider)
    {
        Compilation? compilation = await project.GetCompilationAsync(TestContext.Current.CancellationToken);
        ImmutableArray<Diagnostic> found = await compilation!.WithAnalyzers(Verify.Analyzers).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. found.Where(d => provider.FixableDiagnosticIds.Contains(d.Id)).OrderBy(static d => d.Location.SourceSpan.Start)];
    }

    private sealed class NoProgress : IProgress<CodeAnalysisProgress>
    {
        public static readonly NoProgress Instance = new();

        public void Report(CodeAnalysisProgress value)
        {
        }
    }

    private sealed class Found(ImmutableArray<Diagnostic> diagnostics) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult(diagnostics.Where(d => d.Location.SourceTree?.FilePath == document.FilePath || d.Location.SourceTree?.FilePath == document.Name));

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult(Enumerable.Empty<Diagnostic>());

        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);
    }
}
