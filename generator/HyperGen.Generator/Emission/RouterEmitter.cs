using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>Writes the class <c>Router</c>: the routes of a program as code and constant tables.</summary>
internal static class RouterEmitter
{
    /// <summary>Writes the class. Routes with the same path and method are the rules' business: of these the first one answers.</summary>
    public static void Emit(CodeWriter writer, IReadOnlyList<RouteEntry> routes)
    {
        var verbs = new RouteVerbs(routes);
        var table = new List<RouteEntry>();
        var tree = new List<RouteEntry>();
        foreach (RouteEntry route in routes)
        {
            (route.Template.IsStatic && verbs.AllHaveBits ? table : tree).Add(route);
        }
        RouteTrie trie = RouteTrie.Build(tree);
        int maxValues = routes.Count == 0 ? 0 : routes.Max(static route => route.Template.Parameters.Count);

        RouterPicture.Write(writer, table, trie);
        writer.Line("""[global::System.CodeDom.Compiler.GeneratedCode("HyperGen", "0.1")]""");
        using (writer.Open("internal static class Router"))
        {
            writer.Line($"/// <summary>The most parameters that a route has.</summary>");
            writer.Line($"public const int MaxRouteValues = {maxValues};").Line();
            EmitMatch(writer, table.Count > 0, tree.Count > 0, trie.Depth);
            RouterVerbEmitter.Emit(writer, verbs, routes);
            if (table.Count > 0)
            {
                RouterTableEmitter.Emit(writer, StaticRoutes.Build(table), verbs);
            }
            if (tree.Count > 0)
            {
                new RouterTrieEmitter(writer, verbs).Emit(trie);
            }
        }
    }

    private static void EmitMatch(CodeWriter writer, bool hasTable, bool hasTree, int depth)
    {
        writer.Line("/// <summary>Finds the endpoint for a request. See GeneratedApp.Match for what is returned.</summary>");
        using (writer.Open($"public static int Match(string method, {RouterTypes.Bytes} path, global::System.Span<{RouterTypes.RouteRange}> values)"))
        {
            using (writer.Open("if (path.Length == 0 || path[0] != (byte)'/')"))
            {
                writer.Line("return -1;");
            }
            writer.Line("int verb = Verb(method);");
            writer.Line();
            writer.Line("// Collects the methods of routes that have the path but not the method; none leaves -1.");
            writer.Line("int allowed = 0;");
            writer.Line("int match;");
            if (hasTable)
            {
                writer.Line("match = MatchTable(path, verb, ref allowed);");
                using (writer.Open("if (match >= 0)"))
                {
                    writer.Line("return match;");
                }
            }
            if (hasTree)
            {
                writer.Line();
                writer.Line($"// Room for the {depth} segments that the longest route has, and for one more, by which a longer path is known.");
                writer.Line($"global::System.Span<int> slashes = stackalloc int[{depth + 2}];");
                writer.Line($"match = Node0(new {RouterTypes.PathSegments}(path, slashes), verb, values, ref allowed);");
            }
            if (!hasTable && !hasTree)
            {
                writer.Line("match = -1;");
            }
            writer.Line("return match >= 0 ? match : ~allowed;");
        }
        writer.Line();
    }
}
