namespace HyperGen.Generator;

/// <summary>Takes apart what stands between the braces: <c>[*|**]name[:constraint[(args)]]*[=default][?]</c>.</summary>
internal sealed class RouteParameterParser(string text, int ordinal)
{
    private readonly List<RouteParameterConstraint> _constraints = [];
    private string? _error;

    public (RouteParameter? Parameter, string? Error) Parse()
    {
        bool keepsSlashes = text.StartsWith("**", StringComparison.Ordinal);
        bool isCatchAll = text.StartsWith("*", StringComparison.Ordinal);
        bool isOptional = text.EndsWith("?", StringComparison.Ordinal);
        int start = keepsSlashes ? 2 : isCatchAll ? 1 : 0;
        int end = isOptional ? text.Length - 1 : text.Length;
        if (isCatchAll && isOptional)
        {
            return (null, "A catch-all parameter cannot be marked optional.");
        }

        // A name may begin with ':' or '=': only a later one ends it.
        int position = start + 1;
        while (position < end && text[position] is not (':' or '='))
        {
            position++;
        }
        string name = start < end ? text.Substring(start, Math.Min(position, end) - start) : "";

        position = ParseConstraints(Math.Min(position, end), end);
        string? defaultValue = position < end ? text.Substring(position + 1, end - position - 1) : null;
        if (isOptional && defaultValue is not null)
        {
            return (null, "An optional parameter cannot have default value.");
        }
        if (name.Length == 0 || name.IndexOfAny(['/', '{', '}', '?', '*']) >= 0)
        {
            return (null, $"The route parameter name '{name}' is invalid. Route parameter names must be non-empty and cannot contain these characters: '{{', '}}', '/'. The '?' character marks a parameter as optional, and can occur only at the end of the parameter. The '*' character marks a parameter as catch-all, and can occur only at the start of the parameter.");
        }
        return _error is null
            ? (new RouteParameter(name, ordinal, _constraints, isOptional, defaultValue, isCatchAll, isCatchAll && !keepsSlashes), null)
            : (null, _error);
    }

    /// <summary>Reads the constraints and returns where the <c>=</c> of the default value stands, or the end.</summary>
    private int ParseConstraints(int position, int end)
    {
        while (position < end && text[position] == ':')
        {
            int start = ++position;
            position = EndOfConstraint(position, end);
            if (position > start)
            {
                _constraints.Add(RouteParameterConstraint.Parse(text.Substring(start, position - start), out string? error));
                _error ??= error;
            }
        }
        return position;
    }

    /// <summary>A constraint ends at ':' or '=' outside parentheses; ')' closes only where one of these, or the end, follows.</summary>
    private int EndOfConstraint(int position, int end)
    {
        while (position < end && text[position] is not (':' or '=' or '('))
        {
            position++;
        }
        if (position == end || text[position] != '(')
        {
            return position;
        }
        for (position++; position < end; position++)
        {
            char current = text[position];
            if (current == ')' && (position + 1 == end || text[position + 1] is ':' or '='))
            {
                return position + 1;
            }
            if (current is ':' or '=')
            {
                int close = text.IndexOf(')', position + 1);
                if (close < 0)
                {
                    return position;
                }

                // ASP.NET Core goes on after this parenthesis, whatever follows it.
                position = close;
            }
        }
        return end;
    }
}
