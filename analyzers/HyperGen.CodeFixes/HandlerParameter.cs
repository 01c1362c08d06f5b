using System.Text.RegularExpressions;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.CodeFixes;

/// <summary>A parameter that a rule points at, its method, and the templates of that method: what fixes of binding work on.</summary>
internal sealed class HandlerParameter
{
    private readonly Document _document;
    private readonly SyntaxNode _root;
    private readonly SyntaxToken[] _templates;

    private HandlerParameter(Document document, SyntaxNode root, ParameterSyntax syntax, IParameterSymbol symbol, SyntaxToken[] templates)
    {
        _document = document;
        _root = root;
        _templates = templates;
        Syntax = syntax;
        Symbol = symbol;
    }

    public ParameterSyntax Syntax { get; }

    public IParameterSymbol Symbol { get; }

    /// <summary>Finds the parameter; null where the rule points at something else, such as a member of an <c>[AsParameters]</c> type.</summary>
    public static async Task<HandlerParameter?> FindAsync(Document document, TextSpan span, CancellationToken cancellation)
    {
        SemanticModel model = (await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false))!;
        SyntaxNode root = await model.SyntaxTree.GetRootAsync(cancellation).ConfigureAwait(false);
        if (root.FindNode(span).FirstAncestorOrSelf<ParameterSyntax>() is not { Parent.Parent: MethodDeclarationSyntax } syntax
            || model.GetDeclaredSymbol(syntax, cancellation) is not { ContainingSymbol: IMethodSymbol method } symbol)
        {
            return null;
        }
        INamedTypeSymbol? verb = KnownTypes.Of(model.Compilation)[KnownNames.Verb];
        SyntaxToken[] templates =
        [
            .. method.GetAttributes()
                .Where(a => a.AttributeClass.IsOrDerivesFrom(verb))
                .Select(a => TemplateLocation.Literal(a, "template", cancellation))
                .OfType<SyntaxToken>()
                .Where(t => t.SyntaxTree == model.SyntaxTree),
        ];
        return new HandlerParameter(document, root, syntax, symbol, templates);
    }

    /// <summary>Where a route parameter stands in the templates of the method: its name only.</summary>
    public IEnumerable<TextSpan> NamesInTemplates(string name) => _templates.SelectMany(template =>
        Regex.Matches(template.ValueText, @"(?<=\{\*{0,2})" + Regex.Escape(name) + "(?=[:=?}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)
            .OfType<Match>()
            .Select(match => LiteralMap.Find(template, match.Index, match.Length)));

    /// <summary>Where a route parameter that may be left out has its question mark.</summary>
    public IEnumerable<TextSpan> QuestionMarks(string name) => _templates.SelectMany(template =>
        Regex.Matches(template.ValueText, @"(?<=\{" + Regex.Escape(name) + @"[^{}]*)\?(?=\})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)
            .OfType<Match>()
            .Select(match => LiteralMap.Find(template, match.Index, 1)));

    /// <summary>Where the templates end, before the closing quote.</summary>
    public IEnumerable<(SyntaxToken Template, int Position)> EndsOfTemplates() => _templates
        .Where(static template => template.ValueText.Length > 0)
        .Select(static template => (template, LiteralMap.Find(template, template.ValueText.Length - 1, 1).End));

    public async Task<Document> ChangeAsync(IEnumerable<TextChange> changes, CancellationToken cancellation)
    {
        SourceText text = await _document.GetTextAsync(cancellation).ConfigureAwait(false);
        return _document.WithText(text.WithChanges(changes));
    }

    /// <summary>Says by an attribute where the parameter comes from, in place of what said so before.</summary>
    /// <param name="attribute">The attribute, with its namespace.</param>
    /// <param name="replaced">The short name of the attribute that goes, if it is there.</param>
    public Document Mark(string attribute, string? replaced = null)
    {
        AttributeListSyntax mark = SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Attribute(SyntaxFactory.ParseName(attribute))))
            .WithAdditionalAnnotations(Simplifier.AddImportsAnnotation, Simplifier.Annotation, Formatter.Annotation)
            .WithTrailingTrivia(SyntaxFactory.Space);
        IEnumerable<AttributeListSyntax> kept = Syntax.AttributeLists.Where(list => !list.Attributes.Any(a => a.Name.ToString() == replaced));
        ParameterSyntax marked = Syntax.WithAttributeLists([mark, .. kept]);
        return Replace(Syntax, marked.WithLeadingTrivia(Syntax.GetLeadingTrivia()));
    }

    /// <summary>Puts a parameter before all others of the method.</summary>
    public Document Precede(ParameterSyntax parameter)
    {
        var list = (ParameterListSyntax)Syntax.Parent!;
        return Replace(list, list.WithParameters(list.Parameters.Insert(0, parameter.WithAdditionalAnnotations(Simplifier.Annotation))));
    }

    public Document WithType(TypeSyntax type) => Replace(Syntax, Syntax.WithType(type.WithTriviaFrom(Syntax.Type!)));

    private Document Replace(SyntaxNode old, SyntaxNode replacement) => _document.WithSyntaxRoot(_root.ReplaceNode(old, replacement));
}
