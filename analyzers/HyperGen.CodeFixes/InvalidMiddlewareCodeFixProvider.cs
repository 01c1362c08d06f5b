using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace HyperGen.CodeFixes;

/// <summary>HG0012: seals a middleware, makes it internal, or gives its method the right signature: whichever it lacks first.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InvalidMiddlewareCodeFixProvider)), Shared]
public sealed class InvalidMiddlewareCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.InvalidMiddleware.Id];

    // Two places may use the same class: fixing both at once would edit it twice.
    public override FixAllProvider? GetFixAllProvider() => null;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        Solution solution = context.Document.Project.Solution;
        SemanticModel model = (await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false))!;
        SyntaxNode root = await model.SyntaxTree.GetRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root.FindNode(context.Span).FirstAncestorOrSelf<AttributeSyntax>() is not { } attribute
            || Middleware(model.GetTypeInfo(attribute, context.CancellationToken).Type, model.Compilation) is not { DeclaringSyntaxReferences.IsEmpty: false } middleware)
        {
            return;
        }
        if (middleware.IsFileLocal || !model.Compilation.IsSymbolAccessibleWithin(middleware, model.Compilation.Assembly))
        {
            Register($"Make '{middleware.Name}' internal", stop => solution.MakeReachableAsync(middleware, stop));
        }
        else if (middleware.IsAbstract)
        {
            return;
        }
        else if (!middleware.IsSealed)
        {
            Register($"Seal '{middleware.Name}'", stop => solution.SealAsync(middleware, stop));
        }
        else
        {
            Register($"Give '{middleware.Name}' the method of a middleware", stop => MiddlewareShape.ImposeAsync(solution, middleware, stop));
        }

        void Register(string title, Func<CancellationToken, Task<Solution>> fix) =>
            context.RegisterCodeFix(CodeAction.Create(title, fix, equivalenceKey: title), context.Diagnostics);
    }

    private static INamedTypeSymbol? Middleware(ITypeSymbol? attribute, Compilation compilation)
    {
        INamedTypeSymbol? use = KnownTypes.Of(compilation)[KnownNames.Use];
        return attribute?.SelfAndBases().FirstOrDefault(t => t.Is(use)) is INamedTypeSymbol found ? found.TypeArguments[0] as INamedTypeSymbol : null;
    }
}
