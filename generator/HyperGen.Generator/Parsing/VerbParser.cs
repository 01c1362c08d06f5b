using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds the HTTP method and the template of a verb attribute, following the base constructors of those that a program derives.</summary>
/// <remarks>
/// <c>sealed class PurgeAttribute(string template) : VerbAttribute("PURGE", template)</c> is read from its source. A compiled one shows no base call; it can say the same
/// by a parameter <c>string method = "PURGE"</c>, whose default value the compiler keeps.
/// </remarks>
internal static class VerbParser
{
    private const string Suffix = "Attribute";
    private static readonly string[] BuiltIn = ["Get", "Post", "Put", "Patch", "Delete", "Head", "Options"];

    public static (string Method, string Template)? Parse(AttributeData attribute, IMethodSymbol handler, ParsingContext context)
    {
        (string? method, string? template) = attribute is { AttributeClass: { } type, AttributeConstructor: { } constructor }
            ? Resolve(type, constructor, name => attribute.Argument<string>(name), context)
            : default;
        if (method is null)
        {
            Report("its HTTP method is hidden in a compiled base call: give its constructor a parameter such as string method = \"PURGE\"");
            return null;
        }
        if (method.Length == 0 || !method.All(IsTokenCharacter))
        {
            Report("'" + method + "' is not an HTTP method: it has characters that a token of RFC 9110 does not");
            return null;
        }
        return (method.ToUpperInvariant(), template ?? "");

        void Report(string reason) =>
            context.Report(Rules.AttributeValueOutOfRange, attribute.LocationOf(handler, context.Cancellation), attribute.ShortName(), handler.ContainingType.Readable() + "." + handler.Name, reason);
    }

    private static (string? Method, string? Template) Resolve(INamedTypeSymbol type, IMethodSymbol constructor, Func<string, string?> valueOf, ParsingContext context)
    {
        if (type.ContainingNamespace is { Name: "HyperGen", ContainingNamespace.IsGlobalNamespace: true } && BuiltIn.FirstOrDefault(v => v + Suffix == type.Name) is { } verb)
        {
            return (verb.ToUpperInvariant(), valueOf("template"));
        }
        if (constructor.Parameters.Any(static p => p.Name == "method"))
        {
            return (valueOf("method"), valueOf("template"));
        }
        if (!SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, context.Compilation.Assembly))
        {
            return default;
        }
        (SyntaxNode? call, ArgumentListSyntax? arguments) = constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(context.Cancellation) switch
        {
            TypeDeclarationSyntax { BaseList: { } bases } when bases.Types[0] is PrimaryConstructorBaseTypeSyntax primary => (primary, primary.ArgumentList),
            ConstructorDeclarationSyntax { Initializer: { } initializer } => ((SyntaxNode)initializer, initializer.ArgumentList),
            _ => (null, (ArgumentListSyntax?)null),
        };
        if (call is null || type.BaseType is not { } baseType)
        {
            return default;
        }
        SemanticModel model = context.Compilation.GetSemanticModel(call.SyntaxTree);
        if (model.GetSymbolInfo(call, context.Cancellation).Symbol is not IMethodSymbol baseConstructor)
        {
            return default;
        }
        Dictionary<string, string?> values = [];
        for (int i = 0; i < arguments!.Arguments.Count && i < baseConstructor.Parameters.Length; i++)
        {
            ArgumentSyntax argument = arguments.Arguments[i];
            string parameter = argument.NameColon?.Name.Identifier.ValueText ?? baseConstructor.Parameters[i].Name;
            values[parameter] = argument.Expression is IdentifierNameSyntax identifier && constructor.Parameters.Any(p => p.Name == identifier.Identifier.ValueText)
                ? valueOf(identifier.Identifier.ValueText)
                : model.GetConstantValue(argument.Expression, context.Cancellation).Value as string;
        }
        foreach (IParameterSymbol parameter in baseConstructor.Parameters.Where(p => p.HasExplicitDefaultValue && !values.ContainsKey(p.Name)))
        {
            values[parameter.Name] = parameter.ExplicitDefaultValue as string;
        }
        return Resolve(baseType, baseConstructor, name => values.TryGetValue(name, out string? value) ? value : null, context);
    }

    //= https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
    //# tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA
    private static bool IsTokenCharacter(char c) => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' || "!#$%&'*+-.^_`|~".Contains(c);
}
