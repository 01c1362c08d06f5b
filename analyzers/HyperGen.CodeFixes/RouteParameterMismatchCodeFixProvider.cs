using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Rename;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.CodeFixes;

/// <summary>HG0004: gives the route and the method one name, adds the parameter that is missing, or says that the query is meant.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RouteParameterMismatchCodeFixProvider)), Shared]
public sealed class RouteParameterMismatchCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.RouteParameterMismatch.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await HandlerParameter.FindAsync(context.Document, context.Span, context.CancellationToken).ConfigureAwait(false) is not { } parameter)
        {
            return;
        }
        string route = context.Diagnostics[0].Properties["0"]!;
        string name = parameter.Symbol.Name;
        Solution solution = context.Document.Project.Solution;
        if (SyntaxFacts.IsValidIdentifier(route))
        {
            Register("Rename", $"Rename '{name}' to '{route}'", stop => Renamer.RenameSymbolAsync(solution, parameter.Symbol, new SymbolRenameOptions(), route, stop));
        }
        TextSpan[] places = [.. parameter.NamesInTemplates(route)];
        if (places.Length > 0)
        {
            Register("Template", $"Rename '{{{route}}}' in the template to '{{{name}}}'", async stop =>
                (await parameter.ChangeAsync(places.Select(place => new TextChange(place, name)), stop).ConfigureAwait(false)).Project.Solution);
        }
        if (SyntaxFacts.IsValidIdentifier(route))
        {
            Register("Add", $"Add a parameter '{route}'", _ => Task.FromResult(parameter.Precede(Missing(route, context.Diagnostics[0].Properties["1"]!)).Project.Solution));
        }
        Register("Query", $"Mark '{name}' [FromQuery]", _ => Task.FromResult(parameter.Mark("Microsoft.AspNetCore.Mvc.FromQuery").Project.Solution));

        void Register(string key, string title, Func<CancellationToken, Task<Solution>> fix) =>
            context.RegisterCodeFix(CodeAction.Create(title, fix, equivalenceKey: key), context.Diagnostics);
    }

    /// <summary>A parameter of the type that the constraints of a template call for.</summary>
    private static ParameterSyntax Missing(string name, string template)
    {
        RouteParameter? parameter = RouteTemplate.TryParse(template, out RouteTemplate? parsed, out _)
            ? parsed.Parameters.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase))
            : null;
        string type = parameter?.Constraints.Select(static c => TypeOf(c.Kind)).FirstOrDefault(static t => t is not null) ?? "string";
        return SyntaxFactory.Parameter(SyntaxFactory.Identifier(name))
            .WithType(SyntaxFactory.ParseTypeName(parameter is { IsOptional: true } ? type + "?" : type).WithTrailingTrivia(SyntaxFactory.Space));
    }

    private static string? TypeOf(RouteConstraintKind constraint) => constraint switch
    {
        RouteConstraintKind.Int => "int",
        RouteConstraintKind.Long or RouteConstraintKind.Min or RouteConstraintKind.Max or RouteConstraintKind.Range => "long",
        RouteConstraintKind.Bool => "bool",
        RouteConstraintKind.Decimal => "decimal",
        RouteConstraintKind.Double => "double",
        RouteConstraintKind.Float => "float",
        RouteConstraintKind.Guid => "System.Guid",
        RouteConstraintKind.DateTime => "System.DateTime",
        _ => null,
    };
}
