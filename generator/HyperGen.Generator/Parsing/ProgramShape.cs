using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace HyperGen.Generator.Parsing;

/// <summary>All that a program declares, as a hash: two compilations of the same shape have the same symbols, and differ at most inside bodies.</summary>
/// <remarks>
/// It is made of a hash for each file, which is kept with the file: after a keystroke one is computed again. What is left out is what no symbol depends on: white space,
/// comments, the bodies of members, and top-level statements. Directives count, for they change what follows, and so does a body that has some.
/// </remarks>
internal sealed class ProgramShape : IEquatable<ProgramShape>
{
    private static readonly ConditionalWeakTable<Compilation, ProgramShape> s_shapes = new();
    private static readonly ConditionalWeakTable<SyntaxTree, byte[]> s_files = new();
    private static readonly ConditionalWeakTable<object, Identity> s_identities = new();

    private readonly byte[] _hash;

    private ProgramShape(Compilation compilation)
    {
        using SHA256 algorithm = SHA256.Create();
        using MemoryStream parts = new();
        using BinaryWriter writer = new(parts);
        writer.Write(compilation.AssemblyName ?? "");
        writer.Write(IdentityOf(compilation.Options));
        foreach (MetadataReference reference in compilation.References)
        {
            if (reference is CompilationReference { Compilation: CSharpCompilation project })
            {
                writer.Write(Of(project)._hash);
            }
            writer.Write(reference is CompilationReference { Compilation: CSharpCompilation } ? 0 : IdentityOf(reference));
        }
        foreach (SyntaxTree file in compilation.SyntaxTrees)
        {
            writer.Write(s_files.GetValue(file, static f => HashOf(f)));
        }
        _hash = algorithm.ComputeHash(parts.GetBuffer(), 0, (int)parts.Length);
    }

    public static ProgramShape Of(Compilation compilation) => s_shapes.GetValue(compilation, static c => new ProgramShape(c));

    public bool Equals(ProgramShape? other) => ReferenceEquals(this, other) || (other is not null && _hash.AsSpan().SequenceEqual(other._hash));

    public override bool Equals(object? obj) => Equals(obj as ProgramShape);

    public override int GetHashCode() => BitConverter.ToInt32(_hash, 0);

    private static byte[] HashOf(SyntaxTree file)
    {
        SyntaxNode root = file.GetRoot();
        StringBuilder text = new();
        text.Append(file.FilePath).Append('\n').Append(IdentityOf(file.Options)).Append('\n');
        foreach (SyntaxToken token in root.DescendantTokens(Enters))
        {
            if (root.ContainsDirectives && token.HasLeadingTrivia)
            {
                foreach (SyntaxTrivia trivia in token.LeadingTrivia)
                {
                    _ = trivia.IsDirective ? text.Append(trivia.ToFullString()) : text;
                }
            }
            text.Append((char)token.RawKind).Append(token.Text).Append('\0');
        }
        using SHA256 algorithm = SHA256.Create();
        return algorithm.ComputeHash(Encoding.Unicode.GetBytes(text.ToString()));

        bool Enters(SyntaxNode node)
        {
            if (node is not (BlockSyntax or ArrowExpressionClauseSyntax or GlobalStatementSyntax) || node.ContainsDirectives)
            {
                return true;
            }
            // That there is a body is part of a declaration: without one a property stores its value, and a method is abstract.
            text.Append("{}");
            return false;
        }
    }

    private static long IdentityOf(object value) => s_identities.GetValue(value, static _ => new Identity()).Number;

    /// <summary>A number for what cannot be hashed: as long as it is the same object it is the same.</summary>
    private sealed class Identity
    {
        private static long _last;

        public long Number { get; } = Interlocked.Increment(ref _last);
    }
}
