using System.Runtime.CompilerServices;
using HyperGen.Generator.Models;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis;

namespace HyperGen.Analyzers;

/// <summary>What the generator's own parsers have to say about a program. Every class is read once for each compilation, however many rules ask.</summary>
/// <remarks>Safe for use by several threads: the first that asks reads, the others wait for it.</remarks>
internal sealed class ProgramReading
{
    private static readonly ConditionalWeakTable<Compilation, ProgramReading> Cache = new();

    private readonly object _gate = new();
    private readonly Compilation _compilation;
    private ILookup<SyntaxTree?, Finding>? _findings;
    private HashSet<ISymbol>? _served;

    private ProgramReading(Compilation compilation) => _compilation = compilation;

    /// <summary>The reading of a program; null when it does not use HyperGen.</summary>
    public static ProgramReading? Of(Compilation compilation) => KnownTypes.Of(compilation)[KnownNames.HyperController] is null
        ? null
        : Cache.GetValue(compilation, static c => new ProgramReading(c));

    /// <summary>What is wrong in one file.</summary>
    public IEnumerable<Finding> In(SyntaxTree file, CancellationToken cancellation)
    {
        lock (_gate)
        {
            _findings ??= Read(cancellation).ToLookup(static finding => finding.Location.SourceTree);
        }
        return _findings[file];
    }

    /// <summary>Whether a class is marked, or one that is marked inherits from it.</summary>
    public bool Serves(INamedTypeSymbol type, CancellationToken cancellation)
    {
        lock (_gate)
        {
            _served ??= new HashSet<ISymbol>(
                Controllers(cancellation).SelectMany(static c => c.SelfAndBases()).Select(static t => t.OriginalDefinition), SymbolEqualityComparer.Default);
            return _served.Contains(type.OriginalDefinition);
        }
    }

    private HashSet<Finding> Read(CancellationToken cancellation)
    {
        HashSet<Finding> findings = [];
        List<RouteModel> routes = [];
        List<Location> places = [];
        foreach (INamedTypeSymbol controller in Controllers(cancellation))
        {
            FindingSink sink = new(findings, controller.Locations.First(static l => l.IsInSource));
            ControllerParser.Parse(controller, _compilation, sink, cancellation, (endpoint, verb) =>
            {
                routes.Add(new RouteModel(endpoint.Method, endpoint.Template, endpoint.DisplayName));
                places.Add(verb.LocationOf(controller, cancellation) is { IsInSource: true } place ? place : sink.Fallback);
            });
        }
        AssemblyModel assembly = AssemblyParser.Parse(_compilation, cancellation);
        if (Start(cancellation) is { } start)
        {
            RouteModel[] referenced = assembly.IsExecutable ? [.. assembly.References.SelectMany(static r => r.Routes)] : [];
            ConflictFinder.Report(routes, referenced, new FindingSink(findings, start), i => places[i]);
        }
        return findings;
    }

    private IEnumerable<INamedTypeSymbol> Controllers(CancellationToken cancellation)
    {
        INamedTypeSymbol? marker = KnownTypes.Of(_compilation)[KnownNames.HyperController];
        foreach (INamedTypeSymbol type in Types(_compilation.Assembly.GlobalNamespace))
        {
            cancellation.ThrowIfCancellationRequested();
            if (type.GetAttributes().Any(a => a.AttributeClass.Is(marker)))
            {
                yield return type;
            }
        }
    }

    /// <summary>Where to point when both sides of a conflict stand in referenced assemblies: the program that brings them together begins here.</summary>
    private Location? Start(CancellationToken cancellation) =>
        _compilation.GetEntryPoint(cancellation)?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation).GetFirstToken().GetLocation()
        ?? _compilation.SyntaxTrees.FirstOrDefault()?.GetRoot(cancellation).GetFirstToken().GetLocation();

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol container)
    {
        foreach (ISymbol member in container.GetMembers())
        {
            if (member is not INamespaceOrTypeSymbol inner)
            {
                continue;
            }
            if (inner is INamedTypeSymbol type)
            {
                yield return type;
            }
            foreach (INamedTypeSymbol nested in Types(inner))
            {
                yield return nested;
            }
        }
    }
}
