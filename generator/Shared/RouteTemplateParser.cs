namespace HyperGen.Generator;

/// <summary>One pass over the text of a template. It accepts what ASP.NET Core's <c>RoutePatternParser</c> accepts and complains in its words.</summary>
internal sealed class RouteTemplateParser(string text)
{
    private const string Incomplete = "There is an incomplete parameter in the route template. Check that each '{' character has a matching '}' character.";

    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private int _position;
    private int _ordinal;

    /// <summary>The characters that an error is about.</summary>
    public (int Start, int Length) Fault { get; private set; }

    public (RouteTemplate? Template, string? Error) Parse()
    {
        Fault = (0, text.Length);
        if (text.StartsWith("~", StringComparison.Ordinal))
        {
            Fault = (0, 1);
            return (null, "The route template cannot start with a '~' character: every template stays below the prefix of its class.");
        }
        if (HasLoneSurrogate(text))
        {
            return (null, "The route template contains half of a surrogate pair, which no path can contain.");
        }
        List<RouteSegment> segments = [];
        (int Start, int Length) afterCatchAll = default;
        _position = text.StartsWith("/", StringComparison.Ordinal) ? 1 : 0;
        while (_position < text.Length)
        {
            if (text[_position] == '/')
            {
                Fault = (_position, 1);
                return (null, "The route template separator character '/' cannot appear consecutively. It must be separated by either a parameter or a literal value.");
            }
            List<RoutePart> parts = [];
            int start = _position;
            string? error = ParseSegment(parts);
            if (error is null)
            {
                Fault = (start, _position - start);
                error = RouteTemplateRules.CheckSegment(parts);
            }
            if (error is not null)
            {
                return (null, error);
            }
            if (afterCatchAll.Length == 0 && segments.Count > 0 && segments[segments.Count - 1].Parameter is { IsCatchAll: true })
            {
                afterCatchAll = (start, text.Length - start);
            }
            segments.Add(new RouteSegment(parts));
            _position++;
        }
        Fault = afterCatchAll;
        return RouteTemplateRules.CheckCatchAll(segments) is { } misplaced
            ? (null, misplaced)
            : (new RouteTemplate(text.StartsWith("/", StringComparison.Ordinal) ? text : "/" + text, segments), null);
    }

    private string? ParseSegment(List<RoutePart> parts)
    {
        while (_position < text.Length && text[_position] != '/')
        {
            bool isParameter = text[_position] == '{' && !(_position + 1 < text.Length && text[_position + 1] == '{');
            string? error = isParameter ? ParseParameter(parts) : ParseLiteral(parts);
            if (error is not null)
            {
                return error;
            }
        }
        return null;
    }

    private string? ParseLiteral(List<RoutePart> parts)
    {
        int start = _position;
        while (_position < text.Length && text[_position] != '/')
        {
            char current = text[_position];
            if (current is '{' or '}')
            {
                bool doubled = _position + 1 < text.Length && text[_position + 1] == current;
                if (!doubled && current == '{' && _position + 1 < text.Length)
                {
                    break;
                }
                if (!doubled)
                {
                    Fault = (_position, 1);
                    return Incomplete;
                }
                _position++;
            }
            _position++;
        }
        string literal = Unescape(text.Substring(start, _position - start));
        if (literal.IndexOf('?') >= 0)
        {
            Fault = (text.IndexOf('?', start), 1);
            return $"The literal section '{literal}' is invalid. Literal sections cannot contain the '?' character.";
        }
        parts.Add(new RoutePart(literal));
        return null;
    }

    private string? ParseParameter(List<RoutePart> parts)
    {
        int start = ++_position;
        while (true)
        {
            if (_position >= text.Length)
            {
                Fault = (start - 1, text.Length - start + 1);
                return Incomplete;
            }
            char current = text[_position];
            bool doubled = _position + 1 < text.Length && text[_position + 1] == current;
            if (current == '}' && !doubled)
            {
                break;
            }
            if (current == '{' && !doubled)
            {
                Fault = (_position, 1);
                return _position + 1 < text.Length ? "In a route parameter, '{' and '}' must be escaped with '{{' and '}}'." : Incomplete;
            }
            _position += current is '{' or '}' ? 2 : 1;
        }
        string inside = Unescape(text.Substring(start, _position - start));
        _position++;
        Fault = (start - 1, _position - start + 1);

        (RouteParameter? parameter, string? error) = new RouteParameterParser(inside, _ordinal).Parse();
        if (parameter is null)
        {
            return error;
        }
        if (!_names.Add(parameter.Name))
        {
            return $"The route parameter name '{parameter.Name}' appears more than one time in the route template.";
        }
        parts.Add(new RoutePart(parameter));
        _ordinal++;
        return null;
    }

    private static string Unescape(string escaped) => escaped.Replace("}}", "}").Replace("{{", "{");

    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }
        return false;
    }
}
