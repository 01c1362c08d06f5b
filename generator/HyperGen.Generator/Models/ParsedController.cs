namespace HyperGen.Generator.Models;

/// <summary>What reading one class gave: the model where there is one, and the rules it breaks.</summary>
internal sealed record ParsedController(ControllerModel? Controller, EquatableArray<ProblemModel> Problems);
