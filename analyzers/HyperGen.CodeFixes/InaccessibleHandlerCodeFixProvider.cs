using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace HyperGen.CodeFixes;

/// <summary>HG0008: makes a class or method, and the types that contain it, internal.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InaccessibleHandlerCodeFixProvider)), Shared]
public sealed class InaccessibleHandlerCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.InaccessibleHandler.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        // An explicit implementation can have no modifier: who wants it served gives the method a name of its own.
        if (await context.Document.DeclaredSymbolAsync(context.Span, context.CancellationToken).ConfigureAwait(false) is { } symbol
            && symbol is not IMethodSymbol { MethodKind: MethodKind.ExplicitInterfaceImplementation })
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Make '{symbol.Name}' internal",
                    cancellation => context.Document.Project.Solution.MakeReachableAsync(symbol, cancellation),
                    equivalenceKey: nameof(InaccessibleHandlerCodeFixProvider)),
                context.Diagnostics);
        }
    }
}
