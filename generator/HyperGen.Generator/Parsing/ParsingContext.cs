using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>What every parser is given: the program, and where to say what is wrong with it.</summary>
internal sealed class ParsingContext(Compilation compilation, IProblemSink problems, CancellationToken cancellation, Action<EndpointModel, AttributeData>? found = null) : IProblemSink
{
    public Compilation Compilation { get; } = compilation;

    public KnownTypes Types { get; } = KnownTypes.Of(compilation);

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>How many problems have been reported: a parser that sees it grow leaves out what it was reading.</summary>
    public int ProblemCount { get; private set; }

    public void Report(DiagnosticDescriptor rule, Location? location, params string[] arguments)
    {
        ProblemCount++;
        problems.Report(rule, location, arguments);
    }

    /// <summary>Tells who wants to know that an attribute has made an endpoint.</summary>
    public void Found(EndpointModel endpoint, AttributeData verb) => found?.Invoke(endpoint, verb);

    /// <summary>Whether generated code of this assembly can name a symbol.</summary>
    public bool CanReach(ISymbol symbol)
    {
        for (INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol.ContainingType; type is not null; type = type.ContainingType)
        {
            if (type.IsFileLocal)
            {
                return false;
            }
        }
        return Compilation.IsSymbolAccessibleWithin(symbol, Compilation.Assembly);
    }
}
