using Microsoft.CodeAnalysis;

namespace HyperGen.Generator;

/// <summary>The rules of HyperGen. The analyzers report them; with analyzers off, the generator writes an <c>#error</c> that names the rule.</summary>
/// <remarks>Errors cannot be configured away: a program that breaks one has no correct meaning. <c>analyzers/RULES.md</c> explains each.</remarks>
internal static class Rules
{
    public static readonly DiagnosticDescriptor DuplicateRoute = Error("HG0001", "Two endpoints have the same route",
        "'{0}' and '{1}'{4} both answer {2} {3}: change the template of one of them");

    public static readonly DiagnosticDescriptor AmbiguousRoute = Error("HG0002", "Two routes match the same paths equally well",
        "'{0}' ({1}) and '{2}'{4} ({3}) match the same paths with the same precedence: tell them apart by a literal or a constraint");

    public static readonly DiagnosticDescriptor InvalidTemplate = Error("HG0003", "The route template is not valid",
        "The route template '{0}' is not valid: {1}");

    public static readonly DiagnosticDescriptor RouteParameterMismatch = Error("HG0004", "A route parameter that nothing reads",
        "No parameter reads '{{{0}}}' of the template '{1}', and '{2}' would be read from the query: give both one name, or mark '{2}' [FromQuery]");

    public static readonly DiagnosticDescriptor TwoBodies = Error("HG0005", "A request has only one body",
        "The parameters '{0}' and '{1}' are both read from the body: keep one, or put both into one type");

    public static readonly DiagnosticDescriptor UnbindableParameter = Error("HG0006", "A parameter cannot be bound",
        "The parameter '{0}' of type '{1}' cannot be bound: {2}");

    public static readonly DiagnosticDescriptor MissingJsonMetadata = Error("HG0007", "No JsonSerializerContext covers a type",
        "'{0}' is read or written as JSON, but no JsonSerializerContext covers it: add [JsonSerializable(typeof({1}))] to a partial class that derives from JsonSerializerContext");

    public static readonly DiagnosticDescriptor InaccessibleHandler = Error("HG0008", "Generated code cannot reach a handler",
        "'{0}' is {1}: make it, and the types that contain it, internal or public");

    public static readonly DiagnosticDescriptor NotConstructible = Error("HG0009", "A handler class cannot be instantiated",
        "'{0}' is {1}: an endpoint needs a class that can be made, or static methods");

    public static readonly DiagnosticDescriptor AlsoMvcController = Error("HG0010", "MVC would take the class for a controller too",
        "MVC would also serve '{0}', because {1}: rename it or mark it [NonController]");

    public static readonly DiagnosticDescriptor UnenforceableSecurity = Error("HG0011", "A security attribute would not be enforced",
        "[{0}] on '{1}' would not be enforced: {2}");

    public static readonly DiagnosticDescriptor InvalidMiddleware = Error("HG0012", "A middleware does not have the right shape",
        "'{0}' cannot be used as middleware: {1}");

    public static readonly DiagnosticDescriptor UnsupportedReturnType = Error("HG0013", "A return type cannot be answered",
        "'{0}' returns '{1}', which cannot be answered: {2}");

    public static readonly DiagnosticDescriptor UnknownConstraint = Error("HG0014", "A route constraint is not known at compile time",
        "The route template '{0}' uses the constraint '{1}', which is not one of ASP.NET Core's own: routes are compiled, so a constraint registered at run time cannot take part");

    public static readonly DiagnosticDescriptor AttributeValueOutOfRange = Error("HG0015", "The value of an attribute is out of range",
        "[{0}] on '{1}': {2}");

    public static readonly DiagnosticDescriptor GenericHandler = Error("HG0016", "A handler is generic",
        "'{0}' is generic, and a route says nothing about type arguments: let a class that is not generic derive from it, or write the types out");

    public static readonly DiagnosticDescriptor MissingRouteParameter = Error("HG0017", "The route template lacks a parameter",
        "'{0}' is read from the route, but the template '{1}' has no '{{{2}}}': add it to the template, or take '{0}' from elsewhere");

    public static readonly DiagnosticDescriptor OptionalRouteParameter = Error("HG0018", "An optional route parameter for a required value",
        "'{{{0}?}}' of the template '{1}' may be left out, but '{2}' must have a value: make it nullable, give it a default, or drop the '?'");

    public static readonly DiagnosticDescriptor ConstraintContradictsType = Error("HG0019", "A route constraint contradicts the type of the parameter",
        "'{0}' is of type '{1}', but ':{2}' in the template '{3}' lets only values of another kind through: change one of them");

    public static readonly DiagnosticDescriptor UnservedEndpoint = Warning("HG0020", "An endpoint is not served",
        "'{0}' is not served, because '{1}' is not marked [HyperController]: mark it, or make it abstract for others to inherit from");

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        Rule(id, title, message, DiagnosticSeverity.Error, WellKnownDiagnosticTags.NotConfigurable);

    private static DiagnosticDescriptor Warning(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Rule(string id, string title, string message, DiagnosticSeverity severity, params string[] tags) => new(
        id, title, message, "HyperGen", severity, isEnabledByDefault: true,
        helpLinkUri: "https://github.com/hypergen/hypergen/blob/main/analyzers/RULES.md#" + id.ToLowerInvariant(),
        customTags: tags);
}
