using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace HyperGen.CodeFixes;

/// <summary>HG0005: takes the second body from elsewhere: from the query, as a whole or member by member, or from the services.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TwoBodiesCodeFixProvider)), Shared]
public sealed class TwoBodiesCodeFixProvider : CodeFixProvider
{
    private const string FromBody = "FromBody";

    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.TwoBodies.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await HandlerParameter.FindAsync(context.Document, context.Span, context.CancellationToken).ConfigureAwait(false) is not { } parameter)
        {
            return;
        }
        Compilation? compilation = await context.Document.Project.GetCompilationAsync(context.CancellationToken).ConfigureAwait(false);
        ParsingContext parsing = new(compilation!, Silence.Instance, context.CancellationToken);
        ITypeSymbol type = parameter.Symbol.Type;
        if (TextParser.Find(type, acceptsLists: true, parsing) is not null)
        {
            Register("Microsoft.AspNetCore.Mvc.FromQuery", "[FromQuery]");
            return;
        }
        if (type.IsOrDerivesFrom(parsing.Types[KnownNames.Stream]) || type.IsOrDerivesFrom(parsing.Types[KnownNames.PipeReader]))
        {
            return;
        }
        if (type is { TypeKind: TypeKind.Class or TypeKind.Struct, IsAbstract: false })
        {
            Register("Microsoft.AspNetCore.Http.AsParameters", "[AsParameters]");
        }
        if (type.TypeKind is TypeKind.Class or TypeKind.Interface)
        {
            Register("Microsoft.AspNetCore.Mvc.FromServices", "[FromServices]");
        }

        void Register(string attribute, string name) => context.RegisterCodeFix(
            CodeAction.Create($"Mark '{parameter.Symbol.Name}' {name}", _ => Task.FromResult(parameter.Mark(attribute, FromBody)), equivalenceKey: name),
            context.Diagnostics);
    }

    private sealed class Silence : IProblemSink
    {
        public static readonly Silence Instance = new();

        public void Report(DiagnosticDescriptor rule, Location? location, params string[] arguments)
        {
        }
    }
}
