using System.Globalization;
using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>Writes what happens where a path may end: the checks that are left, the values, and the choice by method.</summary>
internal sealed class RouterLeafEmitter(CodeWriter writer, RouteVerbs verbs)
{
    private readonly List<string> _patterns = [];

    /// <summary>Writes a candidate for a path that ends at a node, or whose rest it takes.</summary>
    public void Emit(Candidate candidate, TriePath at, bool takesRest)
    {
        int present = at.Node.Depth + (takesRest ? 1 : 0);
        List<string> checks = Checks(candidate.Template, at, present).ToList();
        string handlers = string.Join(", ", candidate.Routes.Select(static route => $"{route.Method} {route.DisplayName}"));
        writer.Line($"// {CSharpText.Comment(candidate.Template.Text)}: {CSharpText.Comment(handlers)}");
        if (checks.Count == 0)
        {
            EmitAnswer(candidate, present);
            return;
        }
        using (writer.Open($"if ({string.Join(" && ", checks)})"))
        {
            EmitAnswer(candidate, present);
        }
    }

    /// <summary>A constraint as a C# expression.</summary>
    /// <param name="constraint">The constraint.</param>
    /// <param name="value">The expression of the value's bytes.</param>
    public string Check(RouteParameterConstraint constraint, string value)
    {
        string first = constraint.First.ToString(CultureInfo.InvariantCulture);
        string second = constraint.Second.ToString(CultureInfo.InvariantCulture);
        string call = constraint.Kind switch
        {
            RouteConstraintKind.MinLength or RouteConstraintKind.MaxLength or RouteConstraintKind.Length => $"{constraint.Kind}({value}, {first})",
            RouteConstraintKind.LengthRange => $"Length({value}, {first}, {second})",
            RouteConstraintKind.Min or RouteConstraintKind.Max => $"{constraint.Kind}({value}, {Long(constraint.First)})",
            RouteConstraintKind.Range => $"Range({value}, {Long(constraint.First)}, {Long(constraint.Second)})",
            RouteConstraintKind.Regex => "",
            RouteConstraintKind.Unknown => throw new InvalidOperationException($"The rules let the unknown constraint '{constraint.Text}' through."),
            _ => $"{constraint.Kind}({value})",
        };
        return constraint.Kind == RouteConstraintKind.Regex ? $"{Pattern(constraint.Pattern)}.Matcher.IsMatch({value})" : $"{RouterTypes.RouteConstraint}.{call}";
    }

    /// <summary>Writes the regular expressions, each made when a path first needs it.</summary>
    public void EmitPatterns()
    {
        for (int i = 0; i < _patterns.Count; i++)
        {
            using (writer.Open($"private static class Pattern{i}"))
            {
                writer.Line($"internal static readonly {RouterTypes.RouteRegex} Matcher = new {RouterTypes.RouteRegex}({CSharpText.Literal(_patterns[i])});");
            }
            writer.Line();
        }
    }

    private static string Long(long value) => value == long.MinValue ? "long.MinValue" : value.ToString(CultureInfo.InvariantCulture) + "L";

    private string Pattern(string pattern)
    {
        int index = _patterns.IndexOf(pattern);
        if (index < 0)
        {
            index = _patterns.Count;
            _patterns.Add(pattern);
        }
        return "Pattern" + index.ToString(CultureInfo.InvariantCulture);
    }

    private IEnumerable<string> Checks(RouteTemplate template, TriePath at, int present)
    {
        for (int i = 0; i < template.Segments.Count; i++)
        {
            RouteSegment segment = template.Segments[i];
            IEnumerable<string> checks = segment switch
            {
                { IsComplex: true } => ComplexChecks(segment, i),
                { Parameter: null } => [],
                { Parameter: { } parameter } when i >= present =>
                    parameter.DefaultValue is null ? [] : parameter.Constraints.Select(constraint => Check(constraint, CSharpText.Utf8Literal(parameter.DefaultValue))),
                { Parameter: { IsCatchAll: true } parameter } => parameter.Constraints.Select(constraint => Check(constraint, $"path.Rest({i})")),
                { Parameter: { } parameter } => at.Checked[i] ? [] : parameter.Constraints.Select(constraint => Check(constraint, $"path[{i}]")),
            };
            foreach (string check in checks)
            {
                yield return check;
            }
        }
    }

    private IEnumerable<string> ComplexChecks(RouteSegment segment, int index)
    {
        // A slash stands for a parameter: no segment contains one.
        string pattern = string.Concat(segment.Parts.Select(static part => part.Literal is { } literal ? RouteShape.Fold(literal) : "/"));
        List<RouteParameter> parameters = segment.Parameters.ToList();
        string isLastOptional = parameters[parameters.Count - 1].IsOptional ? "true" : "false";
        yield return $"path.Match({index}, {CSharpText.Utf8Literal(pattern)}, {isLastOptional}, values.Slice({parameters[0].Ordinal}, {parameters.Count}))";
        foreach (RouteParameter parameter in parameters)
        {
            string value = $"values[{parameter.Ordinal}]";
            foreach (RouteParameterConstraint constraint in parameter.Constraints)
            {
                string check = Check(constraint, $"path.Value({value})");
                yield return parameter.IsOptional ? $"({value}.Length < 0 || {check})" : check;
            }
        }
    }

    private void EmitAnswer(Candidate candidate, int present)
    {
        IReadOnlyList<RouteSegment> segments = candidate.Template.Segments;

        // The last one first: its bounds check covers the others.
        for (int i = segments.Count - 1; i >= 0; i--)
        {
            if (segments[i].Parameter is { } parameter)
            {
                string value = i >= present ? RouterTypes.RouteRange + ".Absent" : parameter.IsCatchAll ? $"path.RestRange({i})" : $"path.Range({i})";
                writer.Line($"values[{parameter.Ordinal}] = {value};");
            }
        }

        IReadOnlyList<(int Verb, RouteEntry Route)> answers = verbs.Answers(candidate);
        using (writer.Open("switch (verb)"))
        {
            foreach (IGrouping<RouteEntry, (int Verb, RouteEntry Route)> group in answers.GroupBy(static answer => answer.Route))
            {
                string cases = string.Join(" or ", group.Select(answer => RouterVerbEmitter.Constant(verbs, answer.Verb)));
                writer.Line($"case {cases}: return {group.Key.Id};");
            }
        }
        writer.Line($"allowed |= {RouteVerbs.Mask(answers)};");
    }
}
