using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>Writes the routes without parameters: constant tables behind a perfect hash.</summary>
internal static class RouterTableEmitter
{
    /// <summary>From here on several texts share a line: nobody reads a table of thousands line by line.</summary>
    private const int MostReadable = 512;

    public static void Emit(CodeWriter writer, StaticRoutes routes, RouteVerbs verbs)
    {
        EmitLookup(writer, routes);
        EmitText(writer, routes);

        List<int> starts = [], masks = [], firsts = [], endpoints = [];
        int length = 0;
        foreach (StaticRoute? route in routes.Slots)
        {
            starts.Add(length);
            firsts.Add(endpoints.Count);
            if (route is null)
            {
                masks.Add(0);
                continue;
            }
            IReadOnlyList<(int Verb, RouteEntry Route)> answers = verbs.Answers(route.Candidate);
            masks.Add(RouteVerbs.Mask(answers));
            endpoints.AddRange(answers.Select(static answer => answer.Route.Id));
            length += route.Bytes.Length;
        }
        starts.Add(length);

        ConstantTable.Write(writer, "TableStarts", starts, "Where the text of a slot begins; the next one's begins where it ends.");
        ConstantTable.Write(writer, "TableMethods", masks, "The methods of a slot, one bit each.");
        ConstantTable.Write(writer, "TableFirsts", firsts, "Where the endpoints of a slot begin: one for each bit, the lowest first.");
        ConstantTable.Write(writer, "TableEndpoints", endpoints, "The numbers of the endpoints.");
    }

    private static void EmitLookup(CodeWriter writer, StaticRoutes routes)
    {
        List<int> all = [.. routes.Slots.Where(static slot => slot is not null).Select(static slot => slot!.Bytes.Length)];
        int longest = all.Max();
        ulong lengths = all.Aggregate(0UL, static (mask, length) => mask | (1UL << (length & 63)));
        writer.Line($"// The {routes.Slots.Count(static slot => slot is not null)} routes without parameters lie in {routes.Hash.Slots} slots. The length of a path and {routes.Words.Count} of its words tell them all apart,");
        writer.Line("// so that one probe finds the only route that may be meant, and one comparison tells whether it is.");
        writer.Line(RouterTypes.Inlined);
        using (writer.Open($"private static int FindInTable({RouterTypes.Bytes} path, int verb, ref int allowed)"))
        {
            writer.Line($"// No other length occurs.");
            using (writer.Open($"if (path.Length > {longest} || (({CSharpText.Hex(lengths)} >> (path.Length & 63)) & 1) == 0)"))
            {
                writer.Line("return -1;");
            }
            string key = "(ulong)path.Length";
            for (int i = 0; i < routes.Words.Count; i++)
            {
                WordPlace place = routes.Words[i];
                string start = place.FromEnd ? $"global::System.Math.Max(0, path.Length - {place.Distance})" : place.Distance.ToString(System.Globalization.CultureInfo.InvariantCulture);
                string mix = WordPlace.MixOf(i) == 1 ? "" : " * " + CSharpText.Hex(WordPlace.MixOf(i));
                key += $" + ({RouterTypes.RouteText}.Word(path, {start}){mix})";
            }
            writer.Line($"ulong key = unchecked({key});");
            writer.Line($"int slot = {HashExpression.Write(routes.Hash, "key", "TableDisplacements")};");
            writer.Line("int start = TableStarts[slot];");
            writer.Line("int length = TableStarts[slot + 1] - start;");
            using (writer.Open("if (path.Length != length || TableMethods[slot] == 0 || !global::System.MemoryExtensions.SequenceEqual(path, TableText.Slice(start, length)))"))
            {
                writer.Line("return -1;");
            }
            writer.Line("int methods = TableMethods[slot];");
            using (writer.Open("if (((methods >> verb) & 1) != 0)"))
            {
                writer.Line("return TableEndpoints[TableFirsts[slot] + global::System.Numerics.BitOperations.PopCount((uint)(methods & ((1 << verb) - 1)))];");
            }
            writer.Line("allowed |= methods;");
            writer.Line("return -1;");
        }
        writer.Line();
        if (routes.Hash.Displacements is { } displacements)
        {
            ConstantTable.Write(writer, "TableDisplacements", displacements.Select(static value => (int)value).ToList(), "Moves the paths of a bucket to slots of their own.");
        }
    }

    private static void EmitText(CodeWriter writer, StaticRoutes routes)
    {
        List<StaticRoute> present = routes.Slots.Where(static slot => slot is not null).Select(static slot => slot!).ToList();
        writer.Line("// The texts of the slots, one after the other, in lower case and without a slash at the end: the root is the empty one.");
        writer.Line($"private static {RouterTypes.Bytes} TableText =>");
        if (present.Count > MostReadable)
        {
            int each = Math.Max(32, present.Count / 256);
            for (int i = 0; i < present.Count; i += each)
            {
                string text = string.Concat(present.Skip(i).Take(each).Select(static route => route.Text));
                writer.Line($"    {CSharpText.Utf8Literal(text)}{(i + each < present.Count ? " +" : ";")}");
            }
        }
        else
        {
            foreach (StaticRoute route in present)
            {
                string handlers = string.Join(", ", route.Candidate.Routes.Select(static entry => $"{entry.Method} {entry.DisplayName}"));
                writer.Line($"    {CSharpText.Utf8Literal(route.Text)} + // {CSharpText.Comment(handlers)}");
            }
            writer.Line("    \"\"u8;");
        }
        writer.Line();
    }
}
