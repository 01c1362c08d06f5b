using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds how each parameter of a handler is bound.</summary>
/// <remarks>
/// The rules are ASP.NET Core's, in its order: an attribute that says so; the types that stand for the request; a type with <c>BindAsync</c>; a simple type, from the route when
/// the template has its name and else from the query; then a service or the JSON body. There ASP.NET Core asks the container, which a compiler cannot. Instead: a type that a
/// JSON context covers is the body, where the HTTP method has one; any other interface, abstract class or delegate is a service; and so is a class, unless it stands where a body is
/// expected and none has been found, because then forgetting the JSON context is the likelier mistake, which HG0007 names.
/// </remarks>
internal static class ParameterParser
{
    /// <summary>The parameters of a method for one of its templates; null when one cannot be bound.</summary>
    /// <param name="method">The method.</param>
    /// <param name="httpMethod">The HTTP method, which says whether a body is expected.</param>
    /// <param name="template">The whole template.</param>
    /// <param name="ownTemplate">What the verb itself gives of it, below the prefixes.</param>
    /// <param name="context">The program.</param>
    public static EquatableArray<ParameterModel>? Parse(IMethodSymbol method, string httpMethod, RouteTemplate template, string ownTemplate, ParsingContext context)
    {
        BindingScope scope = new(httpMethod, template, ownTemplate, context);
        List<ParameterModel> parameters = [];
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            if (scope.Bind(BindingSlot.Of(parameter)) is { } model)
            {
                parameters.Add(model);
            }
        }
        scope.CheckTemplate();
        return parameters.Count == method.Parameters.Length ? parameters.ToEquatableArray() : null;
    }
}
