using System.Globalization;
using System.Reflection;
using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Server.Services;

namespace HyperGen.Server.Startup;

/// <summary>Lays out endpoints as a table that a terminal shows without wrapping.</summary>
internal static class RouteTable
{
    private const int Gap = 2;

    private static readonly string[] s_titles = ["METHOD", "ROUTE", "SOURCE", "RUNS", "HANDLER", "MIDDLEWARE"];

    /// <summary>How far a column may be cut when the table is too wide: a route keeps most, what repeats itself gives way first.</summary>
    private static readonly int[] s_least = [6, 24, 12, 6, 7, 10];

    /// <summary>Formats the table.</summary>
    /// <param name="endpoints">The endpoints, in the order to show them in.</param>
    /// <param name="lifetimes">Tells which handlers one instance serves.</param>
    /// <param name="most">How many to show at most.</param>
    /// <param name="width">How many characters a line may have.</param>
    public static string Format(IReadOnlyList<EndpointDescriptor> endpoints, ServiceLifetimes lifetimes, int most, int width)
    {
        string[][] rows = [s_titles, .. endpoints.Take(most).Select(endpoint => Row(endpoint, lifetimes))];
        int[] widths = Widths(rows, width);
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            var line = new StringBuilder();
            for (int column = 0; column < row.Length; column++)
            {
                line.Append(Fit(row[column], widths[column], keepEnd: column == 2).PadRight(widths[column] + Gap));
            }
            text.Append(line.ToString().TrimEnd()).Append('\n');
        }
        if (endpoints.Count > most)
        {
            text.Append(CultureInfo.InvariantCulture, $"… and {endpoints.Count - most} more: --server:startupTable={endpoints.Count} shows all\n");
        }
        return text.ToString().TrimEnd('\n');
    }

    private static string[] Row(EndpointDescriptor endpoint, ServiceLifetimes lifetimes) =>
    [
        endpoint.Method,
        endpoint.Template,
        Source(endpoint),
        endpoint.Inline ? "inline" : "worker",
        endpoint.SharedHandler && endpoint.HandlerServices.All(service => lifetimes.IsSingleton(service.Type, service.Key)) ? "shared" : "request",
        string.Join(" > ", endpoint.Middleware),
    ];

    /// <summary>The file and line of the verb attribute: the compiler put them there, so that generated code does not change when lines above it do.</summary>
    private static string Source(EndpointDescriptor endpoint)
    {
        VerbAttribute? verb = endpoint.MethodInfo.GetCustomAttributes<VerbAttribute>(inherit: false)
            .Where(verb => string.Equals(verb.Method, endpoint.Method, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(verb => endpoint.Template.EndsWith(verb.Template.TrimStart('/'), StringComparison.Ordinal))
            .ThenByDescending(static verb => verb.Template.Length)
            .FirstOrDefault();
        return verb is null || verb.Line == 0 ? endpoint.DisplayName : $"{FileName(verb.File)}:{verb.Line}";
    }

    /// <summary>The file name of a path of any platform: the program may run on another than it was compiled on.</summary>
    private static string FileName(string path) => path[(path.AsSpan().LastIndexOfAny('/', '\\') + 1)..];

    private static int[] Widths(string[][] rows, int width)
    {
        int[] widths = [.. s_titles.Select((_, column) => rows.Max(row => row[column].Length))];
        for (int excess = widths.Sum() + Gap * (widths.Length - 1) - width; excess > 0;)
        {
            int column = Array.IndexOf(widths.Select((width, index) => width - s_least[index]).ToArray(), widths.Select((width, index) => width - s_least[index]).Max());
            if (widths[column] <= s_least[column])
            {
                break;
            }
            widths[column]--;
            excess--;
        }
        return widths;
    }

    private static string Fit(string text, int width, bool keepEnd) =>
        text.Length <= width ? text : keepEnd ? "…" + text[^(width - 1)..] : text[..(width - 1)] + "…";
}
