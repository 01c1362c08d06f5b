using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>The file of the router.</summary>
internal static class RouterFile
{
    public static CodeWriter Emit(RouteTableModel table)
    {
        CodeWriter writer = CodeFile.Begin("The router: every route of the program, laid out at compile time over the UTF-8 bytes of a path.");
        using (writer.Open("namespace " + table.Namespace))
        {
            RouterEmitter.Emit(writer, Entries(table.Routes));
        }
        return writer;
    }

    /// <summary>The routes with their numbers. A manifest written by another version may hold a template that this one does not know: it stays unreachable.</summary>
    private static List<RouteEntry> Entries(EquatableArray<RouteModel> routes)
    {
        List<RouteEntry> entries = [];
        for (int i = 0; i < routes.Count; i++)
        {
            if (RouteTemplate.TryParse(routes[i].Template, out RouteTemplate? template, out _))
            {
                entries.Add(new RouteEntry(i, routes[i].Method, template, routes[i].DisplayName));
            }
        }
        return entries;
    }
}
