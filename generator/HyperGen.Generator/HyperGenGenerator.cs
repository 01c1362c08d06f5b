using Microsoft.CodeAnalysis;

namespace HyperGen.Generator;

/// <summary>Compiles the handlers of a program into its router, binders and pipelines.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class HyperGenGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
    }
}
