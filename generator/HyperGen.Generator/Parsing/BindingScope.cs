using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>What has been bound of one endpoint so far: who reads the body, which route parameters are read.</summary>
internal sealed class BindingScope(string httpMethod, RouteTemplate template, string ownTemplate, ParsingContext context)
{
    private readonly HashSet<string> _readRoutes = new(StringComparer.OrdinalIgnoreCase);
    private BindingSlot? _body;
    private BindingSlot? _form;
    private BindingSlot? _guessedQuery;
    private bool _seesRequest;

    public ParsingContext Context { get; } = context;

    /// <summary>Whether ASP.NET Core would look for a body without being told to.</summary>
    private bool MayHaveBody => httpMethod is not ("GET" or "HEAD" or "DELETE" or "OPTIONS" or "TRACE" or "CONNECT");

    private KnownTypes Types => Context.Types;

    public ParameterModel? Bind(BindingSlot slot)
    {
        if (slot.Symbol is IParameterSymbol { RefKind: RefKind.Ref or RefKind.Out })
        {
            return Refuse(slot, "it is passed by reference");
        }
        int problems = Context.ProblemCount;
        ParameterModel? model = Explicit(slot);
        return model is not null || Context.ProblemCount != problems ? model : OfRequest(slot) ?? (Context.ProblemCount != problems ? null : Inferred(slot));
    }

    /// <summary>Compares the template with what has been bound.</summary>
    public void CheckTemplate()
    {
        // A parameter of a prefix may well be for a middleware: only the method's own template is written for the method alone.
        RouteParameter? unread = RouteTemplate.TryParse(ownTemplate, out RouteTemplate? own, out _)
            ? own.Parameters.FirstOrDefault(p => !_readRoutes.Contains(p.Name))
            : null;
        if (unread is not null && _guessedQuery is { } query && !_seesRequest)
        {
            Context.Report(Rules.RouteParameterMismatch, query.Location, unread.Name, template.Text, query.Name);
        }
    }

    public ParameterModel? Refuse(BindingSlot slot, string reason)
    {
        Context.Report(Rules.UnbindableParameter, slot.Location, slot.Name, slot.Type.Readable(), reason);
        return null;
    }

    /// <summary>Notes who reads the body; two that do are HG0005, unless both read the same form.</summary>
    public bool TakeBody(BindingSlot slot, bool isForm)
    {
        BindingSlot? other = _body ?? (isForm ? null : _form);
        if (other is not null)
        {
            Context.Report(Rules.TwoBodies, slot.Location, other.Name, slot.Name);
            return false;
        }
        _body = isForm ? null : slot;
        _form = isForm ? slot : _form;
        return true;
    }

    private ParameterModel? Explicit(BindingSlot slot)
    {
        if (slot.Find(Types[KnownNames.FromRoute]) is { } fromRoute)
        {
            return Route(slot, fromRoute.Named("Name", slot.Name));
        }
        if (slot.Find(Types[KnownNames.FromQuery]) is { } fromQuery)
        {
            return Text(slot, ParameterSource.Query, fromQuery.Named("Name", slot.Name));
        }
        if (slot.Find(Types[KnownNames.FromHeader]) is { } fromHeader)
        {
            return Text(slot, ParameterSource.Header, fromHeader.Named("Name", slot.Name));
        }
        if (slot.Find(Types[KnownNames.FromForm]) is { } fromForm)
        {
            return new FormParser(this).Parse(slot, fromForm.Named("Name", ""));
        }
        if (slot.Find(Types[KnownNames.FromBody]) is { } fromBody)
        {
            // EmptyBodyBehavior.Allow, or AllowEmpty of other implementations.
            bool allowsEmpty = fromBody.Named("EmptyBodyBehavior", 0) == 1 || fromBody.Named("AllowEmpty", false);
            return Body(slot, allowsEmpty);
        }
        if (slot.Find(Types[KnownNames.FromKeyedServices]) is { } keyed)
        {
            // Without a key it asks for that of the service it is a parameter of. A handler is no service, and has none to pass on.
            return keyed.ConstructorArguments.IsEmpty ? Service(slot) : slot.Model(ParameterSource.KeyedService) with { Target = slot.Type.QualifiedAsArgument(), Key = keyed.ConstructorArguments[0].ToExpression() };
        }
        if (slot.Find(Types[KnownNames.FromServices]) is not null)
        {
            return Service(slot);
        }
        return slot.Find(Types[KnownNames.AsParameters]) is null ? null : new MembersParser(this).Parse(slot);
    }

    private ParameterModel? OfRequest(BindingSlot slot)
    {
        ITypeSymbol type = slot.Type;
        ParameterSource? source = type.Is(Types[KnownNames.RequestContext]) ? ParameterSource.RequestContext
            : type.Is(Types[KnownNames.HttpContext]) ? ParameterSource.HttpContext
            : type.Is(Types[KnownNames.HttpRequest]) ? ParameterSource.HttpRequest
            : type.Is(Types[KnownNames.HttpResponse]) ? ParameterSource.HttpResponse
            : type.Is(Types[KnownNames.CancellationToken]) ? ParameterSource.CancellationToken
            : type.Is(Types[KnownNames.ClaimsPrincipal]) ? ParameterSource.User
            : type.Is(Types[KnownNames.ServiceProvider]) ? ParameterSource.Services
            : type.Is(Types[KnownNames.Stream]) ? ParameterSource.BodyStream
            : type.Is(Types[KnownNames.PipeReader]) ? ParameterSource.BodyPipe
            : type.Is(Types[KnownNames.FormFile]) ? ParameterSource.FormFile
            : type.Is(Types[KnownNames.FormFileCollection]) ? ParameterSource.FormFiles
            : type.Is(Types[KnownNames.FormCollection]) ? ParameterSource.FormCollection
            : null;
        switch (source)
        {
            case null:
                return null;
            case ParameterSource.RequestContext or ParameterSource.HttpContext or ParameterSource.HttpRequest:
                _seesRequest = true;
                break;
            case ParameterSource.BodyStream or ParameterSource.BodyPipe:
                return TakeBody(slot, isForm: false) ? slot.Model(source.Value) : null;
            case ParameterSource.FormFile or ParameterSource.FormFiles or ParameterSource.FormCollection:
                return TakeBody(slot, isForm: true) ? slot.Model(source.Value) with { Key = slot.Name } : null;
        }
        return slot.Model(source.Value);
    }

    private ParameterModel? Inferred(BindingSlot slot)
    {
        if (CustomBindingParser.Find(slot, Context) is { } custom)
        {
            return custom;
        }
        TextModel? text = TextParser.Find(slot.Type, acceptsLists: false, Context);
        if (template.Parameters.Any(p => IsNamed(p, slot.Name)))
        {
            return Route(slot, slot.Name);
        }
        if (text is { Shape: TextShape.One or TextShape.Texts } || (text is not null && !MayHaveBody))
        {
            if (text.Shape == TextShape.One && slot.Absent is null)
            {
                _guessedQuery ??= slot;
            }
            return Text(slot, ParameterSource.Query, slot.Name);
        }
        return BodyOrService(slot);
    }

    /// <summary>See <see cref="ParameterParser"/> for the rule.</summary>
    private ParameterModel? BodyOrService(BindingSlot slot)
    {
        bool isCovered = JsonCoverage.Of(Context.Compilation).Covers(slot.Type.UnderlyingNullable() ?? slot.Type);
        bool isService = slot.Type is { TypeKind: TypeKind.Interface or TypeKind.Delegate } or { TypeKind: TypeKind.Class, IsAbstract: true };
        bool isClass = slot.Type.TypeKind == TypeKind.Class;
        if (MayHaveBody && (isCovered || (!isService && (_body ?? _form) is null)))
        {
            return Body(slot, allowsEmpty: false);
        }
        if (isService || (isClass && !isCovered))
        {
            return Service(slot);
        }
        return Refuse(slot, MayHaveBody ? "it has no TryParse, no context covers it, and the body is read by another parameter"
            : $"it has no TryParse, and a {httpMethod} request has no body: mark it [FromBody], [FromServices] or [AsParameters]");
    }

    private ParameterModel? Route(BindingSlot slot, string name)
    {
        RouteParameter? parameter = template.Parameters.FirstOrDefault(p => IsNamed(p, name));
        if (parameter is null)
        {
            Context.Report(Rules.MissingRouteParameter, slot.Location, slot.Name, template.Text, name);
            return null;
        }
        _readRoutes.Add(parameter.Name);
        if (TextParser.Find(slot.Type, acceptsLists: false, Context) is not { Shape: TextShape.One } text)
        {
            return Refuse(slot, "it is read from the route, so it needs a simple type, such as string, int or Guid, or one with a static TryParse");
        }
        if (ConstraintKinds.Contradiction(parameter, slot.Type) is { } constraint)
        {
            Context.Report(Rules.ConstraintContradictsType, slot.Location, slot.Name, slot.Type.Readable(), constraint.Text, template.Text);
            return null;
        }
        ParameterModel model = slot.Model(ParameterSource.Route) with { Key = parameter.Name, Ordinal = parameter.Ordinal, Text = text, TemplateDefault = parameter.DefaultValue };
        if (parameter.IsCatchAll && slot.Type.SpecialType == SpecialType.System_String)
        {
            return model with { Absent = model.Absent ?? "\"\"" };
        }
        if (parameter.IsOptional && model.Absent is null)
        {
            Context.Report(Rules.OptionalRouteParameter, slot.Location, parameter.Name, template.Text, slot.Name);
            return null;
        }
        return model;
    }

    private ParameterModel? Text(BindingSlot slot, ParameterSource source, string name) => TextParser.Find(slot.Type, acceptsLists: true, Context) is { } text
        ? slot.Model(source) with { Key = name, Text = text }
        : Refuse(slot, "it needs a simple type, such as string, int or Guid, one with a static TryParse, or an array or list of these");

    private ParameterModel? Body(BindingSlot slot, bool allowsEmpty)
    {
        if (slot.Type.Is(Types[KnownNames.Stream]) || slot.Type.Is(Types[KnownNames.PipeReader]))
        {
            return OfRequest(slot);
        }
        ITypeSymbol contract = slot.Type.UnderlyingNullable() ?? slot.Type;
        if (!TakeBody(slot, isForm: false))
        {
            return null;
        }
        JsonCoverage.Require(contract, slot.Symbol, Context);
        ParameterModel model = slot.Model(ParameterSource.Json) with { Key = slot.Name, Target = contract.QualifiedAsArgument() };
        return allowsEmpty ? model with { Absent = model.Absent ?? "default!" } : model;
    }

    private static ParameterModel Service(BindingSlot slot) => slot.Model(ParameterSource.Service) with { Target = slot.Type.QualifiedAsArgument() };

    private static bool IsNamed(RouteParameter parameter, string name) => string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase);
}
