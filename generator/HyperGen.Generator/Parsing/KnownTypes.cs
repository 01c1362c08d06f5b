using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>The types that parsers ask a compilation for by name, looked up once for each compilation.</summary>
internal sealed class KnownTypes
{
    private static readonly ConditionalWeakTable<Compilation, KnownTypes> Cache = new();

    private readonly ConcurrentDictionary<string, INamedTypeSymbol?> _types = new();
    private readonly Compilation _compilation;

    private KnownTypes(Compilation compilation) => _compilation = compilation;

    public static KnownTypes Of(Compilation compilation) => Cache.GetValue(compilation, static c => new KnownTypes(c));

    /// <summary>A type by its metadata name, e.g. <c>HyperGen.UseAttribute`1</c>; null where no reference has it.</summary>
    public INamedTypeSymbol? this[string metadataName] => _types.GetOrAdd(metadataName, _compilation.GetTypeByMetadataName);
}
