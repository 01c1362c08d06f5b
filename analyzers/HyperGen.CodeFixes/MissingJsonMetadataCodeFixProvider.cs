using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace HyperGen.CodeFixes;

/// <summary>HG0007: adds a type to a <c>JsonSerializerContext</c>, or makes one for it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MissingJsonMetadataCodeFixProvider)), Shared]
public sealed class MissingJsonMetadataCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.MissingJsonMetadata.Id];

    public override FixAllProvider GetFixAllProvider() => new MissingJsonMetadataFixAllProvider();

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        Project project = context.Document.Project;
        string type = TypeOf(context.Diagnostics[0]);
        IReadOnlyList<INamedTypeSymbol> existing = await JsonContextEdit.ContextsAsync(project, context.CancellationToken).ConfigureAwait(false);
        foreach (INamedTypeSymbol target in existing)
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Add [JsonSerializable(typeof({type}))] to '{target.Name}'",
                    cancellation => JsonContextEdit.AddAsync(project.Solution, target, [type], cancellation),
                    equivalenceKey: target.ToDisplayString()),
                context.Diagnostics);
        }
        if (existing.Count == 0)
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Create '{JsonContextEdit.NewName}' with [JsonSerializable(typeof({type}))]",
                    async cancellation => JsonContextEdit.Create(project, await NamespaceAsync(context.Document, context.Diagnostics[0], cancellation).ConfigureAwait(false), [type]),
                    equivalenceKey: JsonContextEdit.NewName),
                context.Diagnostics);
        }
    }

    /// <summary>The type that lacks a contract, as <c>typeof</c> wants it.</summary>
    internal static string TypeOf(Diagnostic diagnostic) => diagnostic.Properties["1"]!;

    /// <summary>The namespace of the class that the diagnostic is about; empty for the global one.</summary>
    internal static async Task<string> NamespaceAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        ISymbol? symbol = await document.DeclaredSymbolAsync(diagnostic.Location.SourceSpan, cancellation).ConfigureAwait(false);
        return symbol?.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() : "";
    }
}
