using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using HyperGen.Generator.Models;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator;

/// <summary>Remembers what reading a class gave, for as long as nothing that was read can have changed.</summary>
/// <remarks>
/// Roslyn reads every marked class again after each keystroke anywhere, because what one gives may depend on any symbol: with thousands of endpoints that is felt. Here one is
/// read again only when its own file or one of its base classes' has changed, of which the bodies are read too, or the shape of the program. The memory
/// hangs on the syntax trees and goes with them.
/// </remarks>
internal static class ParsedClasses
{
    private static readonly ConditionalWeakTable<SyntaxTree, ConcurrentDictionary<int, Memory>> s_memories = new();
    private static readonly ConditionalWeakTable<CompilationOptions, AssemblyMemory> s_assemblies = new();

    /// <summary>What one class marked <c>[HyperController]</c> gives.</summary>
    public static ParsedController Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        Compilation compilation = context.SemanticModel.Compilation;
        ProgramShape shape = ProgramShape.Of(compilation);
        SyntaxTree file = context.TargetNode.SyntaxTree;
        ConcurrentDictionary<int, Memory> memories = s_memories.GetOrCreateValue(file);
        if (memories.TryGetValue(context.TargetNode.SpanStart, out Memory? memory) && memory.Holds(shape, compilation))
        {
            return memory.Parsed;
        }
        ParsedController parsed = ProblemRecorder.Parse(context, cancellation);
        WeakReference<SyntaxTree>[] read = [.. ((INamedTypeSymbol)context.TargetSymbol).SelfAndBases()
            .SelectMany(static type => type.DeclaringSyntaxReferences)
            .Select(static reference => reference.SyntaxTree)
            .Where(tree => tree != file)
            .Distinct()
            .Select(static tree => new WeakReference<SyntaxTree>(tree))];
        memories[context.TargetNode.SpanStart] = new Memory(shape, read, parsed);
        return parsed;
    }

    /// <summary>What concerns the assembly as a whole: it depends on declarations alone.</summary>
    public static AssemblyModel Parse(Compilation compilation, CancellationToken cancellation)
    {
        ProgramShape shape = ProgramShape.Of(compilation);
        AssemblyMemory memory = s_assemblies.GetOrCreateValue(compilation.Options);
        if (memory.Last is not { } last || !last.Shape.Equals(shape))
        {
            memory.Last = last = new(shape, AssemblyParser.Parse(compilation, cancellation));
        }
        return last.Assembly;
    }

    private sealed class Memory(ProgramShape shape, WeakReference<SyntaxTree>[] read, ParsedController parsed)
    {
        public ParsedController Parsed { get; } = parsed;

        public bool Holds(ProgramShape current, Compilation compilation) =>
            shape.Equals(current) && read.All(reference => reference.TryGetTarget(out SyntaxTree? tree) && compilation.ContainsSyntaxTree(tree));
    }

    private sealed class AssemblyMemory
    {
        public LastAssembly? Last { get; set; }
    }

    private sealed record LastAssembly(ProgramShape Shape, AssemblyModel Assembly);
}
