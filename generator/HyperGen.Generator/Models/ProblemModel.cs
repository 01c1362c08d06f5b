namespace HyperGen.Generator.Models;

/// <summary>A rule that the program breaks, in words, for when no analyzer says it.</summary>
internal sealed record ProblemModel(string Id, string Message);
