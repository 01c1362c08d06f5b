using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.CodeFixes;

/// <summary>HG0018: makes the parameter nullable, or the route parameter required.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(OptionalRouteParameterCodeFixProvider)), Shared]
public sealed class OptionalRouteParameterCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.OptionalRouteParameter.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await HandlerParameter.FindAsync(context.Document, context.Span, context.CancellationToken).ConfigureAwait(false) is not { Syntax.Type: { } type } parameter)
        {
            return;
        }
        string route = context.Diagnostics[0].Properties["0"]!;
        context.RegisterCodeFix(
            CodeAction.Create(
                $"Make '{parameter.Symbol.Name}' nullable",
                _ => Task.FromResult(parameter.WithType(SyntaxFactory.NullableType(type.WithoutTrivia()))),
                equivalenceKey: "Nullable"),
            context.Diagnostics);
        TextSpan[] places = [.. parameter.QuestionMarks(route)];
        if (places.Length > 0)
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Make '{{{route}}}' required in the template",
                    cancellation => parameter.ChangeAsync(places.Select(static place => new TextChange(place, "")), cancellation),
                    equivalenceKey: "Required"),
                context.Diagnostics);
        }
    }
}
