using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Chooses the constructor that generated code calls, and finds where its arguments come from.</summary>
internal static class ConstructorParser
{
    /// <summary>Why a type cannot be made by generated code, to follow the word "is"; null where it can.</summary>
    public static string? Obstacle(INamedTypeSymbol type, IMethodSymbol? constructor, ParsingContext context)
    {
        if (type.IsAbstract)
        {
            return "abstract";
        }
        if (constructor is null)
        {
            return "without a constructor that generated code can call";
        }
        bool setsRequired = constructor.GetAttributes().Any(a => a.AttributeClass.Is(context.Types[KnownNames.SetsRequiredMembers]));
        return !setsRequired && type.SelfAndBases().SelectMany(static t => t.GetMembers()).Any(static m => m is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true })
            ? "a type with required members, which generated code does not know how to set"
            : null;
    }

    /// <summary>The constructor marked <c>[ActivatorUtilitiesConstructor]</c>, else the one with the most parameters; null where none can be reached.</summary>
    public static IMethodSymbol? Choose(INamedTypeSymbol type, ParsingContext context)
    {
        INamedTypeSymbol? marker = context.Types[KnownNames.ActivatorUtilitiesConstructor];
        return type.InstanceConstructors
            .Where(c => context.CanReach(c) && c.Parameters.All(static p => p is { RefKind: RefKind.None or RefKind.In, Type: { IsRefLikeType: false, TypeKind: not (TypeKind.Pointer or TypeKind.FunctionPointer) } }))
            .OrderByDescending(c => c.GetAttributes().Any(a => a.AttributeClass.Is(marker)))
            .ThenByDescending(static c => c.Parameters.Length)
            .FirstOrDefault();
    }

    /// <summary>Where the arguments come from.</summary>
    /// <param name="constructor">The constructor.</param>
    /// <param name="use">The attribute that uses the type as middleware; null for a handler.</param>
    /// <param name="context">The program.</param>
    public static EquatableArray<DependencyModel> Dependencies(IMethodSymbol constructor, AttributeData? use, ParsingContext context) =>
        constructor.Parameters.Select(p => Dependency(p, use, context)).ToEquatableArray();

    private static DependencyModel Dependency(IParameterSymbol parameter, AttributeData? use, ParsingContext context)
    {
        string type = parameter.Type.QualifiedAsArgument();
        if (use is not null)
        {
            if (parameter.Type.IsOrDerivesFrom(context.Types[KnownNames.Use]) && use.AttributeClass.IsOrDerivesFrom((INamedTypeSymbol)parameter.Type.OriginalDefinition))
            {
                return new DependencyModel(DependencyKind.UseAttribute, type);
            }
        }
        else if (parameter.Type.Is(context.Types[KnownNames.RequestContext]))
        {
            return new DependencyModel(DependencyKind.RequestContext, type);
        }
        else if (parameter.Type.Is(context.Types[KnownNames.HttpContext]))
        {
            return new DependencyModel(DependencyKind.HttpContext, type);
        }
        if (parameter is { HasExplicitDefaultValue: true, Type.IsValueType: true } && parameter.Type.UnderlyingNullable() is null)
        {
            return new DependencyModel(DependencyKind.Constant, type, Default: parameter.DefaultExpression());
        }
        string? key = null;
        foreach (AttributeData attribute in parameter.GetAttributes())
        {
            if (attribute.AttributeClass.Is(context.Types[KnownNames.FromKeyedServices]) && !attribute.ConstructorArguments.IsEmpty)
            {
                key = attribute.ConstructorArguments[0].ToExpression();
            }
        }
        return new DependencyModel(DependencyKind.Service, type, key, parameter.HasExplicitDefaultValue ? parameter.DefaultExpression() : null);
    }
}
