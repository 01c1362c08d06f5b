using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds how what a handler returns is answered.</summary>
internal static class ReturnParser
{
    /// <summary>The return of a method; null when it cannot be answered.</summary>
    public static ReturnModel? Parse(IMethodSymbol method, ParsingContext context) => new(method.ReturnType.Qualified());
}
