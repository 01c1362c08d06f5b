using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Makes an invalid program fail to build when no analyzer is there to say why.</summary>
internal static class ProblemEmitter
{
    public static CodeWriter Emit(IEnumerable<ProblemModel> problems)
    {
        CodeWriter writer = CodeFile.Begin("Analyzers are off in this build, so the rules that this program breaks are told here.");
        foreach (ProblemModel problem in problems)
        {
            writer.Line("#error " + problem.Id + ": " + problem.Message.Replace("\r", " ").Replace("\n", " "));
        }
        return writer;
    }
}
