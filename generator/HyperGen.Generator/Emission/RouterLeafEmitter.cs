using System.Globalization;
using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>Writes what happens where a path may end: the checks that are left, the values, and the choice by method.</summary>
internal sealed class RouterLeafEmitter(CodeWriter writer, RouteVerbs verbs)
{
    /// <summary>Beyond this many handlers of a path the method selects one by a jump.</summary>
    private const int MostCompared = 4;

    private readonly List<string> _patterns = [];

    /// <summary>Writes a candidate for a path that ends at a node, or whose rest it takes.</summary>
    public void Emit(Candidate candidate, TriePath at, bool takesRest)
    {
        int present = at.Node.Depth + (takesRest ? 1 : 0);
        string handlers = string.Join(", ", candidate.Routes.Select(static route => $"{route.Method} {route.DisplayName}"));
        writer.Line($"// {CSharpText.Comment(candidate.Template.Text)}: {CSharpText.Comment(handlers)}");
        if (candidate.Template.Segments.Any(static segment => segment.IsComplex))
        {
            EmitComplex(candidate, at, present);
        }
        else
        {
            EmitChecked(candidate, at, present, []);
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

    /// <summary>
    /// On the way each segment was put down as one value. Here a complex one becomes several, so the values after it move; what was put down is
    /// restored afterwards, for what is tried next.
    /// </summary>
    private void EmitComplex(Candidate candidate, TriePath at, int present)
    {
        using (writer.Open())
        {
            List<int> slots = [.. at.Slots.Where(static slot => slot >= 0)];
            slots.ForEach(slot => writer.Line($"{RouterTypes.RouteRange} range{slot} = values[{slot}];"));
            List<string> matches = [];
            for (int i = 0; i < Math.Min(present, at.Slots.Count); i++)
            {
                RouteSegment segment = candidate.Template.Segments[i];
                if (segment.Parameter is { } parameter)
                {
                    writer.Line($"values[{parameter.Ordinal}] = range{at.Slots[i]};");
                }
                else if (segment.IsComplex)
                {
                    matches.Add(ComplexMatch(segment, at.Slots[i]));
                }
            }
            EmitChecked(candidate, at, present, matches);
            slots.ForEach(slot => writer.Line($"values[{slot}] = range{slot};"));
        }
    }

    private static string ComplexMatch(RouteSegment segment, int slot)
    {
        // A slash stands for a parameter: no segment contains one.
        string pattern = string.Concat(segment.Parts.Select(static part => part.Literal is { } literal ? RouteShape.Fold(literal) : "/"));
        List<RouteParameter> parameters = [.. segment.Parameters];
        string isLastOptional = parameters[parameters.Count - 1].IsOptional ? "true" : "false";
        return $"path.Match(range{slot}, {CSharpText.Utf8Literal(pattern)}, {isLastOptional}, values.Slice({parameters[0].Ordinal}, {parameters.Count}))";
    }

    private void EmitChecked(Candidate candidate, TriePath at, int present, List<string> matches)
    {
        List<string> checks = [.. matches, .. Checks(candidate.Template, at, present)];
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

    private IEnumerable<string> Checks(RouteTemplate template, TriePath at, int present)
    {
        for (int i = 0; i < template.Segments.Count; i++)
        {
            foreach (RouteParameter parameter in template.Segments[i].Parameters)
            {
                string value = i >= present
                    ? CSharpText.Utf8Literal(parameter.DefaultValue ?? "")
                    : $"path.Value({(parameter.IsCatchAll ? $"path.Rest(start{i})" : $"values[{parameter.Ordinal}]")})";
                bool isSettled = i >= present ? parameter.DefaultValue is null : !parameter.IsCatchAll && at.Checked[i];
                foreach (RouteParameterConstraint constraint in isSettled ? [] : parameter.Constraints)
                {
                    bool mayBeAbsent = template.Segments[i].IsComplex && parameter.IsOptional;
                    string check = Check(constraint, value);
                    yield return mayBeAbsent ? $"(values[{parameter.Ordinal}].Length < 0 || {check})" : check;
                }
            }
        }
    }

    /// <summary>Writes the values that are not yet there, the last first: its bounds check covers the others.</summary>
    private void EmitAnswer(Candidate candidate, int present)
    {
        IReadOnlyList<RouteSegment> segments = candidate.Template.Segments;
        for (int i = segments.Count - 1; i >= 0; i--)
        {
            if (segments[i].Parameter is { } parameter && (i >= present || parameter.IsCatchAll))
            {
                string value = i >= present ? RouterTypes.RouteRange + ".Absent" : $"path.Rest(start{i})";
                writer.Line($"values[{parameter.Ordinal}] = {value};");
            }
        }

        IReadOnlyList<(int Verb, RouteEntry Route)> answers = verbs.Answers(candidate);
        // Few methods are compared one by one: each branch is predicted by itself, a jump through a table is not.
        var groups = answers.GroupBy(static answer => answer.Route).ToList();
        using (groups.Count > MostCompared ? writer.Open("switch (verb)") : default(CodeWriter.Block?))
        {
            foreach (IGrouping<RouteEntry, (int Verb, RouteEntry Route)> group in groups)
            {
                string constants = string.Join(" or ", group.Select(answer => RouterVerbEmitter.Constant(verbs, answer.Verb)));
                writer.Line(groups.Count > MostCompared ? $"case {constants}: return {group.Key.Id};" : $"if (verb is {constants}) return {group.Key.Id};");
            }
        }
        writer.Line($"allowed |= {RouteVerbs.Mask(answers)};");
    }
}
