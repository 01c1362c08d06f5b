using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Tests;

/// <summary>Walks all that the pipeline keeps between two runs: a Roslyn object there would hold a whole compilation in memory and never compare equal.</summary>
internal static class RoslynObjects
{
    public static void AssertAbsent(GeneratorRunResult result)
    {
        HashSet<object> visited = new(ReferenceEqualityComparer.Instance);
        foreach (IncrementalGeneratorRunStep step in Caching.OwnSteps(result))
        {
            foreach ((object value, _) in step.Outputs)
            {
                Walk(value, step.Name ?? "a step without a name", visited);
            }
        }
    }

    private static void Walk(object? value, string path, HashSet<object> visited)
    {
        if (value is null or string || value.GetType().IsPrimitive || value.GetType().IsEnum || (!value.GetType().IsValueType && !visited.Add(value)))
        {
            return;
        }
        bool isRoslyn = value is ISymbol or SyntaxNode or SyntaxTree or Compilation or Location or SemanticModel or AttributeData or SyntaxReference or IOperation or TypedConstant;
        Assert.False(isRoslyn, $"{path} holds a {value.GetType().Name}");
        if (value is IEnumerable items)
        {
            foreach (object? item in items)
            {
                Walk(item, path + "[]", visited);
            }
            return;
        }
        foreach (FieldInfo field in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            Walk(field.GetValue(value), path + "." + field.Name, visited);
        }
    }
}
