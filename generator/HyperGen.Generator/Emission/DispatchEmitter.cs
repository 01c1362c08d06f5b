namespace HyperGen.Generator.Emission;

/// <summary>Writes a method that does something for a number, however many numbers there are.</summary>
internal static class DispatchEmitter
{
    /// <summary>The JIT gives up optimising a method past about 60 KB of IL or 2,000 blocks, so a switch is split well before.</summary>
    private const int CasesPerMethod = 256;

    /// <summary>Writes the method and, for many cases, the methods it is split into.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="name">The method's name; those it is split into append a number.</param>
    /// <param name="calls">What is returned for each number, an expression of <c>context</c>.</param>
    public static void Emit(CodeWriter writer, string name, IReadOnlyList<string> calls)
    {
        if (calls.Count <= CasesPerMethod)
        {
            EmitSwitch(writer, name, calls, 0, calls.Count);
            return;
        }
        writer.Line("// Too many cases for one method that the JIT would still optimise: one more step, by the number's upper bits.");
        string[] blocks = [.. Enumerable.Range(0, (calls.Count + CasesPerMethod - 1) / CasesPerMethod).Select(b => $"{name}_{b}(endpoint, context)")];
        using (writer.Open($"private {CodeFile.ValueTask} {name}(int endpoint, {CodeFile.Context} context)"))
        using (writer.Open($"switch (endpoint / {CasesPerMethod})"))
        {
            EmitCases(writer, blocks, 0, blocks.Length);
        }
        for (int block = 0; block < blocks.Length; block++)
        {
            writer.Line();
            EmitSwitch(writer, $"{name}_{block}", calls, block * CasesPerMethod, Math.Min(calls.Count, (block + 1) * CasesPerMethod));
        }
    }

    private static void EmitSwitch(CodeWriter writer, string name, IReadOnlyList<string> calls, int start, int end)
    {
        using (writer.Open($"private {CodeFile.ValueTask} {name}(int endpoint, {CodeFile.Context} context)"))
        using (writer.Open("switch (endpoint)"))
        {
            EmitCases(writer, calls, start, end);
        }
    }

    private static void EmitCases(CodeWriter writer, IReadOnlyList<string> calls, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            writer.Line($"case {i}: return {calls[i]};");
        }
        writer.Line("default: throw new global::System.ArgumentOutOfRangeException(nameof(endpoint));");
    }
}
