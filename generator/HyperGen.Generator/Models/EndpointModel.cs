namespace HyperGen.Generator.Models;

/// <summary>One endpoint: a method and one of its verb attributes. It holds what emission needs, and nothing of Roslyn.</summary>
/// <param name="Name">A C# identifier, unique within the module, e.g. <c>Users_Find</c>; generated members derive their names from it.</param>
/// <param name="DisplayName">What a person reads, e.g. <c>Users.Find</c>.</param>
/// <param name="Method">The HTTP method, upper case.</param>
/// <param name="Template">The whole template, prefixes joined, beginning with <c>/</c>.</param>
/// <param name="RouteParameters">The names of the template's parameters in its order: an ordinal is a place in this list.</param>
/// <param name="MethodName">The C# method, escaped where it is a keyword.</param>
/// <param name="IsStatic">Whether the method is static, so that no handler instance is needed.</param>
/// <param name="IsHidden">Whether the class, or one between, has another method of that name: it must be called on the type that declares it.</param>
/// <param name="Parameters">How each parameter of the method is bound.</param>
/// <param name="Return">What the method returns and how that is answered.</param>
/// <param name="Signature">Where reflection finds the method, for ASP.NET Core.</param>
/// <param name="Middleware">What wraps the endpoint, outermost first.</param>
/// <param name="Policy">What the attributes of its levels say about limits and priorities.</param>
/// <param name="Metadata">The attributes that ASP.NET Core reads, as C# expressions, the nearest last.</param>
/// <param name="Requires">What of ASP.NET Core's pipeline those attributes call for.</param>
/// <param name="IsInline">Whether the endpoint may run on the thread that received the request: it says so, or it is proven.</param>
internal sealed record EndpointModel(
    string Name,
    string DisplayName,
    string Method,
    string Template,
    EquatableArray<string> RouteParameters,
    string MethodName,
    bool IsStatic,
    bool IsHidden,
    EquatableArray<ParameterModel> Parameters,
    ReturnModel Return,
    SignatureModel Signature,
    EquatableArray<MiddlewareModel> Middleware,
    PolicyModel Policy,
    EquatableArray<string> Metadata,
    PipelineFeatures Requires,
    bool IsInline);
