using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>A perfect hash as a C# expression.</summary>
internal static class HashExpression
{
    /// <summary>The slot of a key.</summary>
    /// <param name="hash">The function.</param>
    /// <param name="key">The name of a variable of type <c>ulong</c>.</param>
    /// <param name="displacements">The name of the table of displacements, where there is one.</param>
    public static string Write(PerfectHash hash, string key, string displacements)
    {
        string spread = $"({key} * {CSharpText.Hex(hash.Multiplier)})";
        return hash.Displacements is null
            ? $"unchecked((int)({spread} >> {64 - hash.Bits}))"
            : $"unchecked((int)((({key} ^ (ulong){displacements}[(int)({spread} >> {64 - hash.BucketBits})]) * {CSharpText.Hex(PerfectHash.SecondMultiplier)}) >> {64 - hash.Bits}))";
    }
}
