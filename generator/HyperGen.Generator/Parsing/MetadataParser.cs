using System.Collections.Immutable;
using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Re-creates the attributes that ASP.NET Core reads, and finds out which of its middlewares they need.</summary>
internal static class MetadataParser
{
    public static (EquatableArray<string> Metadata, PipelineFeatures Requires) Parse(ImmutableArray<Level> levels, ParsingContext context)
    {
        List<string> metadata = [];
        PipelineFeatures requires = PipelineFeatures.None;
        foreach (Level level in levels)
        {
            foreach (AttributeData attribute in level.Attributes)
            {
                if (attribute.AttributeClass is not { TypeKind: TypeKind.Class } type || !IsMetadata(type, level, context))
                {
                    continue;
                }
                if (Unenforceable(type, context) is { } reason)
                {
                    context.Report(Rules.UnenforceableSecurity, attribute.LocationOf(level.Symbol, context.Cancellation), attribute.ShortName(), level.DisplayName, reason);
                }
                else if (context.CanReach(type))
                {
                    metadata.Add(attribute.ToExpression());
                    requires = type.IsOrDerivesFrom(context.Types[MetadataNames.Antiforgery])
                        ? Antiforgery(attribute, requires)
                        : requires | Features(type, context);
                }
            }
        }
        return (metadata.ToEquatableArray(), requires);
    }

    /// <summary>
    /// What implements an interface of ASP.NET Core speaks to it, wherever it is declared and whatever it derives from: a verb of the program's own may well be an
    /// <c>IAuthorizeData</c> too. Of the others, those of the language, of the base class library and of HyperGen say nothing to it, nor do an assembly's.
    /// </summary>
    private static bool IsMetadata(INamedTypeSymbol type, Level level, ParsingContext context)
    {
        if (type.AllInterfaces.Any(static i => IsIn(i, "Microsoft", "AspNetCore")))
        {
            return true;
        }
        return level.Symbol is not IAssemblySymbol
            && !type.SelfAndBases().Any(t => SymbolEqualityComparer.Default.Equals(t.ContainingAssembly, context.Types[KnownNames.Verb]?.ContainingAssembly))
            && (!IsOfFramework(type) || IsIn(type, "System", "ComponentModel"));
    }

    /// <summary>Whether the base class library has the type: a program may call a namespace of its own <c>System.X</c> too.</summary>
    private static bool IsOfFramework(INamedTypeSymbol type) => IsIn(type, "System") && type.ContainingAssembly is { Identity.IsStrongName: true };

    /// <summary>A form that another site may have made a browser send is checked, as minimal APIs do, unless <c>[RequireAntiforgeryToken(false)]</c> says otherwise.</summary>
    public static (EquatableArray<string> Metadata, PipelineFeatures Requires) WithForm(EquatableArray<string> metadata, PipelineFeatures requires, ImmutableArray<Level> levels, ParsingContext context) =>
        levels.Any(l => l.Attributes.Any(a => a.AttributeClass.IsOrDerivesFrom(context.Types[MetadataNames.Antiforgery])))
            ? (metadata, requires)
            : (metadata.Append("new global::" + MetadataNames.RequireAntiforgeryToken + "()").ToEquatableArray(), requires | PipelineFeatures.Antiforgery);

    // Of these the nearest counts alone: it may take back what an outer one asks for.
    private static PipelineFeatures Antiforgery(AttributeData attribute, PipelineFeatures requires) =>
        attribute.ConstructorArguments.Any(static a => a.Value is false) ? requires & ~PipelineFeatures.Antiforgery : requires | PipelineFeatures.Antiforgery;

    private static PipelineFeatures Features(INamedTypeSymbol type, ParsingContext context)
    {
        bool Is(string name) => type.IsOrDerivesFrom(context.Types[name]);
        PipelineFeatures features = PipelineFeatures.None;
        features |= Is(MetadataNames.AuthorizeData) || Is(MetadataNames.AuthorizationRequirementData) ? PipelineFeatures.Authorization : 0;
        features |= Is(MetadataNames.Cors) ? PipelineFeatures.Cors : 0;
        features |= Is(MetadataNames.EnableRateLimiting) ? PipelineFeatures.RateLimiting : 0;
        features |= Is(MetadataNames.RequestTimeout) ? PipelineFeatures.RequestTimeouts : 0;
        features |= Is(MetadataNames.OutputCache) ? PipelineFeatures.OutputCaching : 0;
        features |= Is(MetadataNames.Host) ? PipelineFeatures.Host : 0;
        return features;
    }

    /// <summary>Why an attribute that may guard an endpoint would not; null where it does, or guards nothing.</summary>
    private static string? Unenforceable(INamedTypeSymbol type, ParsingContext context)
    {
        bool Is(string name) => type.IsOrDerivesFrom(context.Types[name]);
        if (Is(MetadataNames.MvcAuthorizationFilter) || Is(MetadataNames.MvcAsyncAuthorizationFilter))
        {
            return "it is an authorization filter of MVC, and MVC does not run here: use [Authorize] with a policy, or a middleware";
        }
        if (Is(MetadataNames.MvcFilter) && !IsIn(type, "Microsoft", "AspNetCore"))
        {
            return "it is a filter of MVC, and MVC does not run here: use a middleware";
        }
        if (MvcGuards.Contains(type.Name) && IsIn(type, "Microsoft", "AspNetCore", "Mvc"))
        {
            return "it is a filter of MVC, and MVC does not run here: use [RequireAntiforgeryToken], [Authorize] with a policy, or a middleware";
        }
        if ((Features(type, context) != PipelineFeatures.None || Is(MetadataNames.Antiforgery) || Is(MetadataNames.AllowAnonymous)) && !context.CanReach(type))
        {
            return "generated code cannot reach the attribute: make it internal or public";
        }
        return null;
    }

    private static readonly ImmutableHashSet<string> MvcGuards =
        ["ValidateAntiForgeryTokenAttribute", "AutoValidateAntiforgeryTokenAttribute", "RequireHttpsAttribute", "ServiceFilterAttribute", "TypeFilterAttribute"];

    private static bool IsIn(ITypeSymbol type, params string[] namespaceParts)
    {
        string name = type.ContainingNamespace?.ToDisplayString() ?? "";
        string wanted = string.Join(".", namespaceParts);
        return name == wanted || name.StartsWith(wanted + ".", StringComparison.Ordinal);
    }
}
