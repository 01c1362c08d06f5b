using HyperGen.Generator.Emission;
using HyperGen.Generator.Models;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace HyperGen.Generator;

/// <summary>Compiles the handlers of a program into its router, binders and pipelines.</summary>
/// <remarks>Only the pipeline is here: Parsing turns symbols into Models, Emission turns Models into files. Models hold nothing of Roslyn, so an edit that changes none of them costs no more than the parsing.</remarks>
[Generator(LanguageNames.CSharp)]
public sealed class HyperGenGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ParsedController> parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(KnownNames.HyperController, static (node, _) => node is TypeDeclarationSyntax, ParsedClasses.Parse)
            .WithTrackingName(Steps.Parsed);
        IncrementalValueProvider<AssemblyModel> assembly = context.CompilationProvider.Select(ParsedClasses.Parse).WithTrackingName(Steps.Assembly);
        IncrementalValueProvider<EquatableArray<ControllerModel>> controllers = parsed.Collect().Select(ModuleLayout.Arrange).WithTrackingName(Steps.Controllers);
        IncrementalValueProvider<ModuleModel> module = assembly.Combine(controllers)
            .Select(static (pair, _) => new ModuleModel(pair.Left, pair.Right)).WithTrackingName(Steps.Module);
        IncrementalValuesProvider<ControllerFileModel> files = module.SelectMany(Projection.Files).WithTrackingName(Steps.Files);
        IncrementalValueProvider<RouteTableModel?> routes = module.Select(Projection.Routes).WithTrackingName(Steps.Routes);
        IncrementalValueProvider<AppModel?> app = module.Select(Projection.App).WithTrackingName(Steps.App);
        IncrementalValueProvider<EquatableArray<ProblemModel>> problems = parsed.Collect().Combine(module).Combine(context.AnalyzerConfigOptionsProvider)
            .Select(Projection.Problems).WithTrackingName(Steps.Problems);

        context.RegisterSourceOutput(files, static (output, file) => output.AddSource($"{file.Controller.Name}.g.cs", ControllerEmitter.Emit(file).ToSource()));
        context.RegisterSourceOutput(module, static (output, model) => Add(output, "Module", model.Controllers.Count > 0 ? ModuleEmitter.Emit(model) : null));
        context.RegisterSourceOutput(routes, static (output, model) => Add(output, "Router", model is null ? null : RouterFile.Emit(model)));
        context.RegisterSourceOutput(app, static (output, model) => Add(output, "App", model is null ? null : AppEmitter.Emit(model)));
        context.RegisterSourceOutput(app, static (output, model) => Add(output, "EntryPoints", model is { Assembly.HasHost: true } ? EntryPointsEmitter.Emit(model.Assembly) : null));
        context.RegisterSourceOutput(module, static (output, model) => Add(output, "Urls", model.Controllers.Count > 0 ? UrlsEmitter.Emit(model) : null));
        context.RegisterSourceOutput(problems, static (output, model) => Add(output, "Problems", model.Count > 0 ? ProblemEmitter.Emit(model) : null));
    }

    private static void Add(SourceProductionContext output, string name, CodeWriter? writer)
    {
        if (writer is not null)
        {
            output.AddSource($"HyperGen.{name}.g.cs", writer.ToSource());
        }
    }
}
