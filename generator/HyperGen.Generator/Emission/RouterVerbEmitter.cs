using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>Writes how methods are numbered, and the values of the <c>Allow</c> header.</summary>
internal static class RouterVerbEmitter
{
    public static void Emit(CodeWriter writer, RouteVerbs verbs, IReadOnlyList<RouteEntry> routes)
    {
        EmitAllow(writer, verbs, routes);
        EmitVerb(writer, verbs);
        for (int i = 0; i < verbs.Names.Count; i++)
        {
            writer.Line($"private const int {Constant(verbs, i)} = {i};");
        }
        writer.Line();
    }

    /// <summary>The name of the constant for a method, such as <c>VerbGet</c>; numbered where the method is no identifier.</summary>
    public static string Constant(RouteVerbs verbs, int number)
    {
        string name = verbs.Names[number];
        return name.All(static character => character is >= 'A' and <= 'Z')
            ? "Verb" + name.Substring(0, 1) + name.Substring(1).ToLowerInvariant()
            : "Verb" + number;
    }

    private static void EmitAllow(CodeWriter writer, RouteVerbs verbs, IReadOnlyList<RouteEntry> routes)
    {
        SortedSet<int> masks = [.. routes.GroupBy(static route => RouteShape.Of(route.Template)).Select(group =>
        {
            var candidate = new Candidate(group.First().Template, group.Key);
            foreach (RouteEntry route in group)
            {
                candidate.Add(route);
            }
            return RouteVerbs.Mask(verbs.Answers(candidate));
        })];

        writer.Line("/// <summary>The value of the Allow header for what Match returned below -1: the complement of a set of methods.</summary>");
        using (writer.Open("public static string Allow(int match)"))
        {
            using (writer.Open("switch (~match)"))
            {
                foreach (int mask in masks)
                {
                    writer.Line($"case {mask}: return {CSharpText.Literal(string.Join(", ", verbs.InMask(mask)))};");
                }
            }
            writer.Line();
            writer.Line("// Routes of different precedence share the path: their methods together.");
            writer.Line("var methods = new global::System.Collections.Generic.SortedSet<string>(global::System.StringComparer.Ordinal) { \"OPTIONS\" };");
            for (int i = 0; i < verbs.Names.Count; i++)
            {
                writer.Line($"if ((~match & {RouteVerbs.Bit(i)}) != 0) methods.Add({CSharpText.Literal(verbs.Names[i])});");
            }
            writer.Line("return string.Join(\", \", methods);");
        }
        writer.Line();
    }

    private static void EmitVerb(CodeWriter writer, RouteVerbs verbs)
    {
        List<int> usual = [.. Enumerable.Range(0, verbs.Names.Count).Where(number => MethodNumber.Fits(verbs.Names[number]))];
        PerfectHash? hash = usual.Count == 0 ? null : PerfectHash.Find(usual.ConvertAll(number => MethodNumber.Of(verbs.Names[number])));
        writer.Line("/// <summary>The number of a method; servers hand out upper-case constants, anything else is compared without regard to case.</summary>");
        writer.Line(RouterTypes.Inlined);
        using (writer.Open("private static int Verb(string method)"))
        {
            if (hash is not null)
            {
                writer.Line($"ulong text = {RouterTypes.RouteMethod}.Number(method);");
                writer.Line($"int slot = {HashExpression.Write(hash, "text", "VerbDisplacements")};");
                using (writer.Open("if (VerbTexts[slot] == text)"))
                {
                    writer.Line("return VerbNumbers[slot];");
                }
            }
            writer.Line("return VerbIgnoringCase(method);");
        }
        writer.Line();
        if (hash is not null)
        {
            EmitVerbTables(writer, verbs, usual, hash);
        }
        using (writer.Open("private static int VerbIgnoringCase(string method)"))
        {
            for (int i = 0; i < verbs.Names.Count; i++)
            {
                writer.Line($"if (string.Equals(method, {CSharpText.Literal(verbs.Names[i])}, global::System.StringComparison.OrdinalIgnoreCase)) return {Constant(verbs, i)};");
            }
            writer.Line($"return {Math.Max(31, verbs.Names.Count)};");
        }
        writer.Line();
    }

    private static void EmitVerbTables(CodeWriter writer, RouteVerbs verbs, List<int> usual, PerfectHash hash)
    {
        ulong[] texts = [.. Enumerable.Repeat(MethodNumber.None, hash.Slots)];
        int[] numbers = new int[hash.Slots];
        foreach (int number in usual)
        {
            ulong text = MethodNumber.Of(verbs.Names[number]);
            (texts[hash.Slot(text)], numbers[hash.Slot(text)]) = (text, number);
        }
        if (hash.Displacements is { } displacements)
        {
            ConstantTable.Write(writer, "VerbDisplacements", displacements.Select(static value => (int)value).ToList(), "Moves the methods of a bucket to slots of their own.");
        }
        writer.Line("// The methods of three to seven letters by slot, each as RouteMethod reads it: one probe and one comparison, and no branch that depends on which it is.");
        writer.Line($"private static global::System.ReadOnlySpan<ulong> VerbTexts => [{string.Join(", ", texts.Select(CSharpText.Hex))}];").Line();
        ConstantTable.Write(writer, "VerbNumbers", numbers, "The number of each slot's method.");
    }
}
