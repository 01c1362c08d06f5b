using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Decides how an instance of a handler class is come by.</summary>
internal static class HandlerParser
{
    public static HandlerModel Static { get; } = new(HandlerLifetime.None, EquatableArray<DependencyModel>.Empty, Disposal.None);

    /// <summary>How instances are made, for a class with at least one endpoint that is an instance method.</summary>
    public static HandlerModel? Parse(INamedTypeSymbol controller, ParsingContext context)
    {
        IMethodSymbol? constructor = ConstructorParser.Choose(controller, context);
        if (ConstructorParser.Obstacle(controller, constructor, context) is { } obstacle)
        {
            context.Report(Rules.NotConstructible, controller.Locations.FirstOrDefault(), controller.Readable(), obstacle);
            return null;
        }
        EquatableArray<DependencyModel> dependencies = ConstructorParser.Dependencies(constructor!, use: null, context);
        Disposal disposal = controller.IsOrDerivesFrom(context.Types[KnownNames.AsyncDisposable]) ? Disposal.DisposeAsync
            : controller.IsOrDerivesFrom(context.Types[KnownNames.Disposable]) ? Disposal.Dispose
            : Disposal.None;
        // A disposable handler owns something, and only the end of a request is a time to give it up that every author expects.
        bool shareable = disposal == Disposal.None
            && dependencies.All(static d => d.Kind is DependencyKind.Service or DependencyKind.Constant)
            && SharingAnalysis.IsImmutable(controller, context.Cancellation);
        return new HandlerModel(shareable ? HandlerLifetime.Shareable : HandlerLifetime.Request, dependencies, disposal);
    }
}
