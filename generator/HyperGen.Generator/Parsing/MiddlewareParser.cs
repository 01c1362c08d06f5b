using System.Collections.Immutable;
using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Reads <c>[Use&lt;T&gt;]</c> and the attributes that derive from it, and checks the middleware they name.</summary>
internal static class MiddlewareParser
{
    public static EquatableArray<MiddlewareModel> Parse(ImmutableArray<Level> levels, ParsingContext context)
    {
        List<MiddlewareModel> uses = [];
        INamedTypeSymbol? useAttribute = context.Types[KnownNames.Use];
        foreach (Level level in levels)
        {
            int index = 0;
            foreach (AttributeData attribute in level.Attributes)
            {
                ITypeSymbol? use = attribute.AttributeClass?.SelfAndBases().FirstOrDefault(t => t.Is(useAttribute));
                if (use is INamedTypeSymbol { TypeArguments: var arguments } && arguments[0] is INamedTypeSymbol middleware && Use(middleware, attribute, level, index++, context) is { } model)
                {
                    uses.Add(model);
                }
            }
        }
        return uses.ToEquatableArray();
    }

    private static MiddlewareModel? Use(INamedTypeSymbol middleware, AttributeData attribute, Level level, int index, ParsingContext context)
    {
        IMethodSymbol? constructor = ConstructorParser.Choose(middleware, context);
        string? flaw = Flaw(middleware, context) ?? (ConstructorParser.Obstacle(middleware, constructor, context) is { } obstacle ? "it is " + obstacle : null);
        if (flaw is not null)
        {
            context.Report(Rules.InvalidMiddleware, attribute.LocationOf(level.Symbol, context.Cancellation), middleware.Readable(), flaw);
            return null;
        }
        EquatableArray<DependencyModel> dependencies = ConstructorParser.Dependencies(constructor!, attribute, context);
        bool perPlace = dependencies.Any(static d => d.Kind == DependencyKind.UseAttribute);
        return new MiddlewareModel(
            middleware.Qualified(),
            middleware.Readable(),
            dependencies,
            perPlace ? level.Symbol.ToDisplayString() + "#" + index : null,
            perPlace ? attribute.ToExpression() : null);
    }

    private static string? Flaw(INamedTypeSymbol middleware, ParsingContext context)
    {
        if (!context.CanReach(middleware))
        {
            return "generated code cannot reach it: make it, and the types that contain it, internal or public";
        }
        if (!middleware.IsSealed)
        {
            return "it is not sealed";
        }
        return middleware.SelfAndBases().SelectMany(static t => t.GetMembers("InvokeAsync")).OfType<IMethodSymbol>().Any(m => IsInvoke(m, context))
            ? null
            : "it lacks a method 'ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext'";
    }

    private static bool IsInvoke(IMethodSymbol method, ParsingContext context) =>
        method is { IsStatic: false, TypeParameters.Length: 1, Parameters.Length: 2 }
        && method.TypeParameters[0] is { HasValueTypeConstraint: true } next
        && method.Parameters[0] is { } request
        && method.Parameters[1] is { } rest
        && next.ConstraintTypes.All(t => t.Is(context.Types[KnownNames.Next]))
        && request.Type.Is(context.Types[KnownNames.RequestContext])
        && SymbolEqualityComparer.Default.Equals(rest.Type, next)
        && rest.RefKind is RefKind.None or RefKind.In
        && method.ReturnType.Is(context.Types[KnownNames.ValueTask])
        && context.CanReach(method);
}
