using System.Globalization;
using HyperGen.Generator.Models;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator;

/// <summary>Keeps the sentences of the problems that parsing finds, without their places: those would change with every line above.</summary>
internal sealed class ProblemRecorder : IProblemSink
{
    private readonly List<ProblemModel> _problems = [];

    /// <summary>Parses one class marked <c>[HyperController]</c>.</summary>
    public static ParsedController Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        ProblemRecorder problems = new();
        ControllerModel? controller = ControllerParser.Parse((INamedTypeSymbol)context.TargetSymbol, context.SemanticModel.Compilation, problems, cancellation);
        return new ParsedController(controller, problems._problems.ToEquatableArray());
    }

    public IEnumerable<ProblemModel> Problems => _problems;

    public static ProblemModel Model(DiagnosticDescriptor rule, params object[] arguments) =>
        new(rule.Id, string.Format(CultureInfo.InvariantCulture, rule.MessageFormat.ToString(CultureInfo.InvariantCulture), arguments));

    public void Report(DiagnosticDescriptor rule, Location? location, params string[] arguments) => _problems.Add(Model(rule, arguments));
}
