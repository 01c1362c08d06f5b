using System.Globalization;
using HyperGen.Generator;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace HyperGen.Routing.Tests;

/// <summary>What a match must give, found the slow way: every route on its own, by ASP.NET Core's public matcher and constraint classes.</summary>
internal sealed class NaiveRouter
{
    private readonly List<Route> _routes;

    public NaiveRouter(IReadOnlyList<RouteEntry> routes) => _routes = [.. routes.Select(static entry => new Route(entry))];

    public (int Id, string[] Values, string Allow) Match(string method, string path)
    {
        List<(Route Route, string[] Values)> all = [];
        foreach (Route route in _routes)
        {
            if (route.TryMatch(path) is { } values)
            {
                all.Add((route, values));
            }
        }
        all.Sort(static (left, right) => left.Route.CompareTo(right.Route));
        foreach ((Route route, string[] values) in all)
        {
            bool answers = route.Entry.Method == method || (method == "HEAD" && route.Entry.Method == "GET"
                && !all.Exists(other => other.Route.Entry.Method == "HEAD" && other.Route.CompareTo(route) == 0));
            if (answers)
            {
                return (route.Entry.Id, values, "");
            }
        }
        IEnumerable<string> allowed = all.Select(static match => match.Route.Entry.Method)
            .Concat(all.Exists(static match => match.Route.Entry.Method == "GET") ? ["HEAD"] : []).Append("OPTIONS").Distinct().Order(StringComparer.Ordinal);
        return all.Count == 0 ? (-1, [], "") : (-2, [], string.Join(", ", allowed));
    }

    private sealed class Route
    {
        private readonly TemplateMatcher _matcher;
        private readonly List<(string Name, bool IsOptional, IRouteConstraint Constraint)> _constraints = [];
        private readonly decimal _precedence;

        public Route(RouteEntry entry)
        {
            Entry = entry;
            Generator.RouteTemplate template = entry.Template;
            var defaults = new RouteValueDictionary();
            foreach (RouteParameter parameter in template.Parameters.Where(static parameter => parameter.DefaultValue is not null))
            {
                defaults.Add(parameter.Name, parameter.DefaultValue);
            }
            Microsoft.AspNetCore.Routing.Template.RouteTemplate parsed = TemplateParser.Parse(template.Text.TrimStart('/'));
            _matcher = new TemplateMatcher(parsed, defaults);
            _precedence = RoutePrecedence.ComputeInbound(parsed);
            foreach (RouteParameter parameter in template.Parameters)
            {
                foreach (RouteParameterConstraint constraint in parameter.Constraints)
                {
                    _constraints.Add((parameter.Name, parameter.IsOptional, AspNetConstraints.Create(constraint.Text)));
                }
            }
        }

        public RouteEntry Entry { get; }

        public int CompareTo(Route other) => _precedence.CompareTo(other._precedence) is var order && order != 0
            ? order
            : string.CompareOrdinal(RouteShape.Of(Entry.Template), RouteShape.Of(other.Entry.Template));

        public string[]? TryMatch(string path)
        {
            // The DFA of endpoint routing gives empty segments to nothing but a catch-all; the public matcher is of the older kind.
            string trimmed = path.EndsWith('/') ? path[..^1] : path;
            string[] segments = trimmed.Length == 0 ? [] : trimmed[1..].Split('/');
            int catchAll = Entry.Template.Segments.Count > 0 && Entry.Template.Segments[^1].Parameter is { IsCatchAll: true } ? Entry.Template.Segments.Count - 1 : -1;
            for (int i = 0; i < segments.Length; i++)
            {
                if (segments[i].Length == 0 && (catchAll < 0 || i < catchAll))
                {
                    return null;
                }
            }

            var values = new RouteValueDictionary();
            bool hasRest = catchAll >= 0 && segments.Length > catchAll;
            string plain = hasRest ? "/" + string.Join('/', segments.Take(catchAll).Append("rest")) : path;
            if (!_matcher.TryMatch(new PathString(plain), values))
            {
                return null;
            }
            if (hasRest)
            {
                values[Entry.Template.Segments[^1].Parameter!.Name] = string.Join('/', path[1..].Split('/').Skip(catchAll));
            }
            foreach ((string name, bool isOptional, IRouteConstraint constraint) in _constraints)
            {
                if (isOptional && !values.ContainsKey(name))
                {
                    continue;
                }
                if (!constraint.Match(null, null, name, values, RouteDirection.IncomingRequest))
                {
                    return null;
                }
            }
            return [.. Entry.Template.Parameters.Select(parameter =>
                values.TryGetValue(parameter.Name, out object? value) && value is not null ? Convert.ToString(value, CultureInfo.InvariantCulture)! : "")];
        }
    }
}
