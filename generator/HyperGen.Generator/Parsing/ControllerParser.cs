using System.Collections.Immutable;
using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Reads a class marked <c>[HyperController]</c>: the one entrance for the generator, which wants the model, and for the analyzers, which want the problems.</summary>
internal static class ControllerParser
{
    /// <summary>Reads a class with all of its endpoints.</summary>
    /// <param name="controller">The class.</param>
    /// <param name="compilation">The program.</param>
    /// <param name="problems">Told all that is wrong with the class.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <param name="found">Told of each endpoint and the attribute that makes it, for those who must say where it stands; a model does not know.</param>
    /// <returns>The class with those endpoints that are sound; null when it has none or cannot be used.</returns>
    public static ControllerModel? Parse(
        INamedTypeSymbol controller, Compilation compilation, IProblemSink problems, CancellationToken cancellation, Action<EndpointModel, AttributeData>? found = null)
    {
        ParsingContext context = new(compilation, problems, cancellation, found);
        if (!CanServe(controller, context))
        {
            return null;
        }
        (ImmutableArray<Level> levels, string prefix) = GroupParser.Parse(controller, context);
        if (context.ProblemCount > 0)
        {
            return null;
        }
        ImmutableArray<IMethodSymbol> methods = [.. Methods(controller).Where(m => EndpointParser.IsEndpoint(m, context))];
        HandlerModel? handler = methods.All(static m => m.IsStatic) ? HandlerParser.Static : HandlerParser.Parse(controller, context);
        List<EndpointModel> endpoints = [];
        foreach (IMethodSymbol method in methods)
        {
            cancellation.ThrowIfCancellationRequested();
            endpoints.AddRange(EndpointParser.Parse(controller, handler ?? HandlerParser.Static, method, levels, prefix, context));
        }
        return handler is not null && endpoints.Count > 0
            ? new ControllerModel(Identifier(controller), controller.Qualified(), controller.Readable(), handler, endpoints.ToEquatableArray())
            : null;
    }

    /// <summary>Its methods and those it inherits, the base classes' first; a method that is overridden counts where it is overridden last.</summary>
    private static IEnumerable<IMethodSymbol> Methods(INamedTypeSymbol controller)
    {
        HashSet<ISymbol> overridden = new(SymbolEqualityComparer.Default);
        Stack<IEnumerable<IMethodSymbol>> methods = new();
        foreach (ITypeSymbol type in controller.SelfAndBases())
        {
            ImmutableArray<IMethodSymbol> own = [.. type.GetMembers().OfType<IMethodSymbol>().Where(m => m.MethodKind is MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation && !overridden.Contains(m.OriginalDefinition))];
            methods.Push(own);
            foreach (IMethodSymbol method in own)
            {
                for (IMethodSymbol? hidden = method.OverriddenMethod; hidden is not null; hidden = hidden.OverriddenMethod)
                {
                    overridden.Add(hidden.OriginalDefinition);
                }
            }
        }
        return methods.SelectMany(static m => m);
    }

    private static bool CanServe(INamedTypeSymbol controller, ParsingContext context)
    {
        Location? location = controller.Locations.FirstOrDefault();
        for (INamedTypeSymbol? type = controller; type is not null; type = type.ContainingType)
        {
            if (type.IsGenericType)
            {
                context.Report(Rules.GenericHandler, location, controller.Readable());
                return false;
            }
        }
        if (!context.CanReach(controller))
        {
            context.Report(Rules.InaccessibleHandler, location, controller.Readable(), controller.IsFileLocal ? "a file-local type" : "nested where generated code cannot reach it");
            return false;
        }
        if (MvcReason(controller, context) is { } reason)
        {
            context.Report(Rules.AlsoMvcController, location, controller.Readable(), reason);
            return false;
        }
        return true;
    }

    /// <summary>Why MVC would discover the class as a controller; null where it would not, or is not there.</summary>
    private static string? MvcReason(INamedTypeSymbol controller, ParsingContext context)
    {
        INamedTypeSymbol? mvc = context.Types[MetadataNames.MvcController];
        bool isCandidate = controller is { DeclaredAccessibility: Accessibility.Public, ContainingType: null, IsAbstract: false, IsStatic: false };
        if (mvc is null || !isCandidate || controller.AttributesWithInherited().Any(a => a.AttributeClass.Is(context.Types[MetadataNames.MvcNonController])))
        {
            return null;
        }
        return controller.Name.EndsWith("Controller", StringComparison.OrdinalIgnoreCase) ? "its name ends with 'Controller'"
            : controller.AttributesWithInherited().Any(a => a.AttributeClass.IsOrDerivesFrom(mvc)) ? "it has, or inherits, [Controller]"
            : null;
    }

    /// <summary>The names of the class and of those that contain it, joined.</summary>
    private static string Identifier(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? Identifier(outer) + "_" + type.Name : type.Name;
}
