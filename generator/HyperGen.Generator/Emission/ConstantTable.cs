namespace HyperGen.Generator.Emission;

/// <summary>A table in the data section of the assembly: no allocation, no work at start-up.</summary>
internal static class ConstantTable
{
    private const int PerLine = 32;

    public static void Write(CodeWriter writer, string name, IReadOnlyList<int> values, string purpose)
    {
        string type = values.All(static value => value is >= 0 and <= ushort.MaxValue) ? "ushort" : "int";
        writer.Line($"// {purpose}");
        writer.Line($"private static global::System.ReadOnlySpan<{type}> {name} =>");
        writer.Line("[");
        for (int i = 0; i < values.Count; i += PerLine)
        {
            writer.Line("    " + string.Join(", ", values.Skip(i).Take(PerLine)) + ",");
        }
        writer.Line("];").Line();
    }
}
