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
        writer.Line(CodeFile.GeneratedCode);
        using (writer.Open("internal static class Router"))
        {
            writer.Line($"/// <summary>The most parameters that a route has.</summary>");
            writer.Line($"public const int MaxRouteValues = {maxValues};").Line();
            if (routes.Count == 0)
            {
                writer.Line($"public static int Match(string method, {RouterTypes.Bytes} path, global::System.Span<{RouterTypes.RouteRange}> values) => -1;").Line();
                writer.Line("public static string Allow(int match) => \"OPTIONS\";");
                return;
            }
            EmitMatch(writer);
            EmitFind(writer, table.Count == 0 ? -1 : table.Max(static route => route.Template.Segments.Count), tree.Count > 0);
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

    private static void EmitMatch(CodeWriter writer)
    {
        string parameters = $"string method, {RouterTypes.Bytes} path, global::System.Span<{RouterTypes.RouteRange}> values";
        writer.Line("/// <summary>Finds the endpoint for a request. See GeneratedApp.Match for what is returned.</summary>");
        // Its only caller is the application's Match: a JIT with a profile inlines it there, and NativeAOT, which has none, does it when told.
        writer.Line(RouterTypes.Inlined);
        using (writer.Open($"public static int Match({parameters})"))
        {
            using (writer.Open("if (path.Length == 0 || path[0] != (byte)'/')"))
            {
                writer.Line("return -1;");
            }
            writer.Line($"var walked = new {RouterTypes.RoutePath}(path, out bool hasUpperCase);");
            writer.Line("return hasUpperCase ? MatchLower(method, path.Length, in walked, values) : Find(method, in walked, values);");
        }
        writer.Line();
        writer.Line("// Literals ignore the case of ASCII letters: they are compared with a copy in lower case. Values are taken from the path as it came.");
        using (writer.Open($"private static int MatchLower(string method, int length, scoped in {RouterTypes.RoutePath} path, global::System.Span<{RouterTypes.RouteRange}> values)"))
        {
            writer.Line("byte[]? rented = length <= 128 ? null : global::System.Buffers.ArrayPool<byte>.Shared.Rent(length);");
            writer.Line("global::System.Span<byte> lower = rented is null ? stackalloc byte[128] : rented;");
            writer.Line($"int match = Find(method, new {RouterTypes.RoutePath}(path, lower), values);");
            using (writer.Open("if (rented is not null)"))
            {
                writer.Line("global::System.Buffers.ArrayPool<byte>.Shared.Return(rented);");
            }
            writer.Line("return match;");
        }
        writer.Line();
    }

    /// <param name="writer">Receives the code.</param>
    /// <param name="mostSegments">The most segments of a route in the table; -1 where there is no table.</param>
    /// <param name="hasTree">Whether there are routes in the tree.</param>
    private static void EmitFind(CodeWriter writer, int mostSegments, bool hasTree)
    {
        writer.Line(RouterTypes.Inlined);
        using (writer.Open($"private static int Find(string method, scoped in {RouterTypes.RoutePath} path, global::System.Span<{RouterTypes.RouteRange}> values)"))
        {
            writer.Line("int verb = Verb(method);");
            writer.Line();
            writer.Line("// Collects the methods of routes that have the path but not the method; none leaves -1.");
            writer.Line("int allowed = 0;");
            writer.Line("int match = -1;");
            if (mostSegments >= 0)
            {
                using (writer.Open($"if (path.MayHaveAtMost({mostSegments}))"))
                {
                    writer.Line("match = FindInTable(path.Text, verb, ref allowed);");
                }
            }
            if (hasTree)
            {
                using (mostSegments >= 0 ? writer.Open("if (match < 0)") : default(CodeWriter.Block?))
                {
                    writer.Line("match = Node0(in path, 1, verb, values, ref allowed);");
                }
            }
            writer.Line("return match >= 0 ? match : ~allowed;");
        }
        writer.Line();
    }
}
