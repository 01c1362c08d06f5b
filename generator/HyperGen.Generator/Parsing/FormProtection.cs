using System.Collections.Immutable;
using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>A browser sends forms from any site, with the user's cookies: as in ASP.NET Core, whoever reads one asks for an antiforgery token, unless <c>[RequireAntiforgeryToken(false)]</c> says otherwise.</summary>
internal static class FormProtection
{
    /// <summary>The metadata that ASP.NET Core's middleware looks for, before all else, so that any attribute of the program outweighs it.</summary>
    private const string Metadata = "new global::Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute(true)";

    public static (EquatableArray<string> Metadata, PipelineFeatures Requires) Apply(
        EquatableArray<ParameterModel> parameters, ImmutableArray<Level> levels, EquatableArray<string> metadata, PipelineFeatures requires, ParsingContext context)
    {
        INamedTypeSymbol? antiforgery = context.Types[MetadataNames.Antiforgery];
        bool isDecided = levels.Any(level => level.Attributes.Any(a => a.AttributeClass.IsOrDerivesFrom(antiforgery)));
        return isDecided || antiforgery is null || !parameters.Any(ReadsForm)
            ? (metadata, requires)
            : (new[] { Metadata }.Concat(metadata).ToEquatableArray(), requires | PipelineFeatures.Antiforgery);
    }

    private static bool ReadsForm(ParameterModel parameter) =>
        parameter.Source is ParameterSource.Form or ParameterSource.FormFile or ParameterSource.FormFiles or ParameterSource.FormCollection
        || parameter.Members.Any(ReadsForm);
}
