using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>The types that have a JSON contract at compile time: those of every <c>JsonSerializerContext</c> that generated code can reach, and the framework's simple ones.</summary>
/// <remarks>The contexts of the compilation count, and the accessible ones of referenced assemblies. Of each <c>[JsonSerializable]</c> type the whole graph counts.</remarks>
internal sealed class JsonCoverage
{
    private static readonly ConditionalWeakTable<Compilation, JsonCoverage> Cache = new();

    /// <summary>Compilations that follow each other share the symbols of their references, so a keystroke does not read them again.</summary>
    private static readonly ConditionalWeakTable<IAssemblySymbol, INamedTypeSymbol[]> ContextsOfReferences = new();

    private readonly ConcurrentDictionary<ITypeSymbol, bool> _covered = new(SymbolEqualityComparer.Default);

    private JsonCoverage(Compilation compilation)
    {
        KnownTypes types = KnownTypes.Of(compilation);
        INamedTypeSymbol? definition = types[KnownNames.JsonSerializerContext];
        if (definition is null)
        {
            Contexts = EquatableArray<string>.Empty;
            return;
        }
        List<INamedTypeSymbol> contexts = [.. ContextsOf(compilation.Assembly, definition)];
        foreach (IAssemblySymbol reference in compilation.SourceModule.ReferencedAssemblySymbols.Where(MayHaveContexts))
        {
            contexts.AddRange(ContextsOfReferences.GetValue(reference, a => [.. ContextsOf(a, definition)]));
        }
        JsonGraph graph = new(_covered);
        List<string> names = [];
        foreach (INamedTypeSymbol context in contexts.Where(c => compilation.IsSymbolAccessibleWithin(c, compilation.Assembly)))
        {
            names.Add(context.Qualified());
            foreach (AttributeData attribute in context.GetAttributes().Where(a => a.AttributeClass.Is(types[KnownNames.JsonSerializable])))
            {
                if (attribute.ConstructorArguments.Length == 1 && attribute.ConstructorArguments[0].Value is ITypeSymbol root)
                {
                    graph.Add(root);
                }
            }
        }
        names.Sort(StringComparer.Ordinal);
        Contexts = names.ToEquatableArray();
    }

    /// <summary>The contexts, fully qualified, in a stable order.</summary>
    public EquatableArray<string> Contexts { get; }

    public static JsonCoverage Of(Compilation compilation) => Cache.GetValue(compilation, static c => new JsonCoverage(c));

    /// <summary>Reports HG0007 unless a type is covered.</summary>
    /// <param name="type">The type that is read or written.</param>
    /// <param name="place">The parameter or method that asks for it.</param>
    /// <param name="context">The program.</param>
    public static void Require(ITypeSymbol type, ISymbol place, ParsingContext context)
    {
        // A type that does not exist is the compiler's to complain about.
        if (type.TypeKind != TypeKind.Error && !Of(context.Compilation).Covers(type))
        {
            context.Report(Rules.MissingJsonMetadata, place.Locations.FirstOrDefault(), type.Readable(), type.ToDisplayString());
        }
    }

    public bool Covers(ITypeSymbol type) => JsonGraph.IsSimple(type) || _covered.ContainsKey(type);

    // The framework's own contexts are internal, and its assemblies are many.
    private static bool MayHaveContexts(IAssemblySymbol assembly) =>
        !assembly.Name.StartsWith("System.", StringComparison.Ordinal) && !assembly.Name.StartsWith("Microsoft.", StringComparison.Ordinal)
        && assembly.Name is not ("System" or "mscorlib" or "netstandard")
        && assembly.Modules.Any(static m => m.ReferencedAssemblies.Any(static r => r.Name == "System.Text.Json"));

    private static IEnumerable<INamedTypeSymbol> ContextsOf(IAssemblySymbol assembly, INamedTypeSymbol definition)
    {
        Stack<INamespaceOrTypeSymbol> open = new([assembly.GlobalNamespace]);
        while (open.Count > 0)
        {
            foreach (ISymbol member in open.Pop().GetMembers())
            {
                if (member is INamespaceSymbol space)
                {
                    open.Push(space);
                }
                else if (member is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct or TypeKind.Interface } type)
                {
                    if (type.BaseType.Is(definition) && !type.IsGenericType)
                    {
                        yield return type;
                    }
                    if (!type.GetTypeMembers().IsEmpty)
                    {
                        open.Push(type);
                    }
                }
            }
        }
    }
}
