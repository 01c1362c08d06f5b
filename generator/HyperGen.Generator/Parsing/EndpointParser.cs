using System.Collections.Immutable;
using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Generator.Parsing;

/// <summary>Reads one method of a handler class: an endpoint for each of its verb attributes.</summary>
internal static class EndpointParser
{
    public static bool IsEndpoint(IMethodSymbol method, ParsingContext context) => method.AttributesWithInherited().Any(a => IsVerb(a, context));

    public static IEnumerable<EndpointModel> Parse(
        INamedTypeSymbol controller, HandlerModel handler, IMethodSymbol method, ImmutableArray<Level> outerLevels, string prefix, ParsingContext context)
    {
        Level level = new(method);
        ImmutableArray<AttributeData> own = [.. method.GetAttributes().Where(a => IsVerb(a, context))];
        // A method that overrides an endpoint remains one under the same route, unless it has a route of its own.
        ImmutableArray<AttributeData> verbs = own.IsEmpty ? [.. level.Attributes.Where(a => IsVerb(a, context))] : own;
        if (!IsCallable(controller, method, context))
        {
            yield break;
        }
        int problems = context.ProblemCount;
        ImmutableArray<Level> levels = outerLevels.Add(level);
        EquatableArray<MiddlewareModel> middleware = MiddlewareParser.Parse(levels, context);
        PolicyModel policy = PolicyParser.Parse(levels, context);
        (EquatableArray<string> ownMetadata, PipelineFeatures ownRequires) = MetadataParser.Parse(levels, context);
        ReturnModel? returns = ReturnParser.Parse(method, context);
        bool isSound = context.ProblemCount == problems && returns is not null;
        SignatureModel signature = new(
            method.ContainingType.Qualified(),
            method.Name,
            method.Parameters.Select(static p => "typeof(" + p.Type.Qualified() + ")" + (p.RefKind == RefKind.None ? "" : ".MakeByRefType()")).ToEquatableArray());
        bool isInline = policy.Inline || (isSound && ownRequires == PipelineFeatures.None && middleware.Count == 0 && InlineProof.IsClosed(method, handler, context));
        foreach (AttributeData verb in verbs)
        {
            problems = context.ProblemCount;
            if (VerbParser.Parse(verb, method, context) is not var (httpMethod, path)
                || Template(method, verb, prefix, path, context) is not { } template
                || ParameterParser.Parse(method, httpMethod, template, path, context) is not { } parameters
                || !isSound || context.ProblemCount != problems)
            {
                continue;
            }
            bool hasForm = parameters.SelectMany(static p => p.SelfAndMembers).Any(static p => p.Source is ParameterSource.Form or ParameterSource.FormFile or ParameterSource.FormFiles or ParameterSource.FormCollection);
            (EquatableArray<string> metadata, PipelineFeatures requires) = hasForm ? MetadataParser.WithForm(ownMetadata, ownRequires, levels, context) : (ownMetadata, ownRequires);
            EndpointModel endpoint = new(
                Name: method.Name,
                DisplayName: controller.Readable() + "." + method.Name,
                Method: httpMethod,
                Template: template.Text,
                RouteParameters: template.Parameters.Select(static p => p.Name).ToEquatableArray(),
                MethodName: method.Escaped(),
                IsStatic: method.IsStatic,
                IsHidden: controller.SelfAndBases().TakeWhile(t => !SymbolEqualityComparer.Default.Equals(t, method.ContainingType)).Any(t => !t.GetMembers(method.Name).IsEmpty),
                Parameters: parameters,
                Return: returns!,
                Signature: signature,
                Middleware: middleware,
                Policy: policy,
                Metadata: metadata,
                Requires: requires,
                IsInline: isInline);
            context.Found(endpoint, verb);
            yield return endpoint;
        }
    }

    private static bool IsVerb(AttributeData attribute, ParsingContext context) => attribute.AttributeClass.IsOrDerivesFrom(context.Types[KnownNames.Verb]);

    private static bool IsCallable(INamedTypeSymbol controller, IMethodSymbol method, ParsingContext context)
    {
        string name = controller.Readable() + "." + method.Name;
        if (!context.CanReach(method))
        {
            context.Report(Rules.InaccessibleHandler, method.Locations.FirstOrDefault(), name, SyntaxFacts.GetText(method.DeclaredAccessibility));
            return false;
        }
        if (method.IsGenericMethod)
        {
            context.Report(Rules.GenericHandler, method.Locations.FirstOrDefault(), name);
            return false;
        }
        return true;
    }

    private static RouteTemplate? Template(IMethodSymbol method, AttributeData verb, string prefix, string path, ParsingContext context)
    {
        if (TemplateParser.Parse(path, verb, method, "template", context) is null)
        {
            return null;
        }
        string text = RouteTemplate.Combine(prefix, path);
        if (!RouteTemplate.TryParse(text, out RouteTemplate? template, out string? error))
        {
            context.Report(Rules.InvalidTemplate, TemplateLocation.OfCombined(verb, method, "template", path, text, RouteTemplate.FindFault(text), context.Cancellation), text, error);
        }
        return template;
    }
}
