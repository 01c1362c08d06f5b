using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.FindSymbols;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace HyperGen.CodeFixes;

/// <summary>Adds types to a <c>JsonSerializerContext</c> of a project, or gives it one.</summary>
internal static class JsonContextEdit
{
    /// <summary>The name of a context that a fix makes.</summary>
    public const string NewName = "AppJsonContext";

    /// <summary>The contexts that stand in the source of a project, the best stocked first.</summary>
    public static async Task<IReadOnlyList<INamedTypeSymbol>> ContextsAsync(Project project, CancellationToken cancellation)
    {
        Compilation? compilation = await project.GetCompilationAsync(cancellation).ConfigureAwait(false);
        if (compilation?.GetTypeByMetadataName("System.Text.Json.Serialization.JsonSerializerContext") is not { } definition)
        {
            return [];
        }
        IEnumerable<INamedTypeSymbol> derived = await SymbolFinder
            .FindDerivedClassesAsync(definition, project.Solution, transitive: false, [project], cancellation).ConfigureAwait(false);
        return
        [
            .. derived.Where(c => !c.DeclaringSyntaxReferences.IsEmpty && SymbolEqualityComparer.Default.Equals(c.ContainingAssembly, compilation.Assembly))
                .OrderByDescending(static c => c.GetAttributes().Length)
                .ThenBy(static c => c.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Puts <c>[JsonSerializable(typeof(T))]</c> on a context for each type.</summary>
    public static async Task<Solution> AddAsync(Solution solution, INamedTypeSymbol context, IEnumerable<string> types, CancellationToken cancellation)
    {
        SyntaxReference reference = context.DeclaringSyntaxReferences[0];
        Document document = solution.GetDocument(reference.SyntaxTree)!;
        DocumentEditor editor = await DocumentEditor.CreateAsync(document, cancellation).ConfigureAwait(false);
        var declaration = (ClassDeclarationSyntax)await reference.GetSyntaxAsync(cancellation).ConfigureAwait(false);
        foreach (string type in types)
        {
            editor.AddAttribute(declaration, Attribute(type));
        }
        return editor.GetChangedDocument().Project.Solution;
    }

    /// <summary>Adds a file with a context for the types.</summary>
    /// <param name="project">The project.</param>
    /// <param name="space">The namespace it goes into; empty for the global one.</param>
    /// <param name="types">The types.</param>
    public static Solution Create(Project project, string space, IEnumerable<string> types)
    {
        string attributes = string.Concat(types.Select(static type => $"[JsonSerializable(typeof({type}))]\n"));
        string text = "using System.Text.Json.Serialization;\n\n"
            + (space.Length > 0 ? $"namespace {space};\n\n" : "")
            + attributes
            + $"internal sealed partial class {NewName} : JsonSerializerContext;\n";
        SyntaxNode root = CSharpSyntaxTree.ParseText(text).GetRoot().WithAdditionalAnnotations(Simplifier.Annotation);
        return project.AddDocument(NewName + ".cs", root).Project.Solution;
    }

    private static AttributeListSyntax Attribute(string type) => SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(
        SyntaxFactory.Attribute(
            SyntaxFactory.ParseName("System.Text.Json.Serialization.JsonSerializable"),
            SyntaxFactory.ParseAttributeArgumentList($"(typeof({type}))"))))
        .WithAdditionalAnnotations(Simplifier.Annotation, Formatter.Annotation);
}
