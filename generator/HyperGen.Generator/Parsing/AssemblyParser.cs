using System.Collections.Immutable;
using System.Text;
using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Generator.Parsing;

/// <summary>Reads what concerns the assembly as a whole, and the manifests of those it references.</summary>
internal static class AssemblyParser
{
    private const string AbstractionsName = "HyperGen.Abstractions";
    private const int CSharp14 = 1400;

    public static AssemblyModel Parse(Compilation compilation, CancellationToken cancellation)
    {
        KnownTypes types = KnownTypes.Of(compilation);
        string name = compilation.AssemblyName ?? "Unnamed";
        return new AssemblyModel(
            name,
            "HyperGen.Generated." + Identifier(name),
            compilation.Options.OutputKind is OutputKind.ConsoleApplication or OutputKind.WindowsApplication or OutputKind.WindowsRuntimeApplication,
            types[KnownNames.HyperApp] is not null,
            compilation is CSharpCompilation csharp && (int)csharp.LanguageVersion >= CSharp14,
            JsonCoverage.Of(compilation).Contexts,
            Manifests(compilation, types, cancellation));
    }

    private static EquatableArray<ManifestModel> Manifests(Compilation compilation, KnownTypes types, CancellationToken cancellation)
    {
        INamedTypeSymbol? manifestAttribute = types[KnownNames.Manifest];
        List<ManifestModel> manifests = [];
        foreach (IAssemblySymbol assembly in compilation.SourceModule.ReferencedAssemblySymbols)
        {
            cancellation.ThrowIfCancellationRequested();
            // The framework has hundreds of assemblies, none of which can have a manifest: decoding all their attributes would be felt at every keystroke.
            if (!assembly.Modules.Any(static m => m.ReferencedAssemblies.Any(static r => r.Name == AbstractionsName)))
            {
                continue;
            }
            foreach (AttributeData attribute in assembly.GetAttributes().Where(a => a.AttributeClass.Is(manifestAttribute)))
            {
                ImmutableArray<TypedConstant> arguments = attribute.ConstructorArguments;
                if (arguments.Length == 2 && arguments[0].Value is INamedTypeSymbol module && arguments[1].Kind == TypedConstantKind.Array)
                {
                    manifests.Add(new ManifestModel(module.Qualified(), arguments[1].Values
                        .Select(static v => v.Value is string route ? RouteModel.FromManifest(route) : null)
                        .OfType<RouteModel>()
                        .ToEquatableArray()));
                }
            }
        }
        return manifests.OrderBy(static m => m.Module, StringComparer.Ordinal).ToEquatableArray();
    }

    /// <summary>The name with everything replaced that an identifier cannot have.</summary>
    private static string Identifier(string assemblyName)
    {
        StringBuilder identifier = new();
        foreach (char c in assemblyName)
        {
            identifier.Append(SyntaxFacts.IsIdentifierPartCharacter(c) ? c : '_');
        }
        return SyntaxFacts.IsIdentifierStartCharacter(identifier[0]) && SyntaxFacts.GetKeywordKind(identifier.ToString()) == SyntaxKind.None
            ? identifier.ToString()
            : "_" + identifier;
    }
}
