using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.CodeFixes;

/// <summary>HG0017: appends the parameter to the template.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MissingRouteParameterCodeFixProvider)), Shared]
public sealed class MissingRouteParameterCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.MissingRouteParameter.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        string segment = "{" + context.Diagnostics[0].Properties["2"] + "}";
        if (await HandlerParameter.FindAsync(context.Document, context.Span, context.CancellationToken).ConfigureAwait(false) is not { } parameter)
        {
            return;
        }
        TextChange[] changes =
        [
            .. parameter.EndsOfTemplates()
                .Where(end => end.Template.ValueText.IndexOf(segment, StringComparison.OrdinalIgnoreCase) < 0)
                .Select(end => new TextChange(new TextSpan(end.Position, 0), end.Template.ValueText.EndsWith("/", StringComparison.Ordinal) ? segment : "/" + segment)),
        ];
        if (changes.Length > 0)
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Add '{segment}' to the template",
                    cancellation => parameter.ChangeAsync(changes, cancellation),
                    equivalenceKey: nameof(MissingRouteParameterCodeFixProvider)),
                context.Diagnostics);
        }
    }
}
