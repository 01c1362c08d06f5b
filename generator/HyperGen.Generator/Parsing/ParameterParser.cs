using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds how each parameter of a handler is bound.</summary>
internal static class ParameterParser
{
    /// <summary>The parameters of a method for one of its templates; null when one cannot be bound.</summary>
    public static EquatableArray<ParameterModel>? Parse(IMethodSymbol method, RouteTemplate template, AttributeData verb, ParsingContext context) =>
        method.Parameters.Select(static p => new ParameterModel(p.Name, p.Type.Qualified())).ToEquatableArray();
}
