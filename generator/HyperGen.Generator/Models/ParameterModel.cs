namespace HyperGen.Generator.Models;

/// <summary>How one parameter of a handler, or one member of an <c>[AsParameters]</c> type, is bound.</summary>
/// <param name="Name">The name in C#, without <c>@</c>.</param>
/// <param name="Type">The type, fully qualified, with its nullable annotation.</param>
/// <param name="Source">Where the value comes from.</param>
internal sealed record ParameterModel(string Name, string Type, ParameterSource Source)
{
    /// <summary>The name of the value as the client knows it; of a keyed service the key, as a C# expression.</summary>
    public string Key { get; init; } = "";

    /// <summary>The place of a route parameter in the template.</summary>
    public int Ordinal { get; init; } = -1;

    /// <summary>How text becomes a value; null where the source has no text.</summary>
    public TextModel? Text { get; init; }

    /// <summary>What stands for an absent value, as a C# expression; null when the value is required.</summary>
    public string? Absent { get; init; }

    /// <summary>The default that the route template gives, as text; null for none.</summary>
    public string? TemplateDefault { get; init; }

    /// <summary>The type asked for, fully qualified and without annotation: of a service, of a JSON body, of a type that binds itself.</summary>
    public string Target { get; init; } = "";

    /// <summary>Of a type that binds itself: the call, with <c>{0}</c> for the HTTP context.</summary>
    public string Call { get; init; } = "";

    /// <summary>Of a type that binds itself: whether it does so to a value that is always there, because its <c>BindAsync</c> gives a struct.</summary>
    public bool AlwaysBinds { get; init; }

    /// <summary>Whether the handler asks for a variable, by <c>ref readonly</c>.</summary>
    public bool IsRefReadOnly { get; init; }

    /// <summary>Whether the type is a nullable value type.</summary>
    public bool IsNullableValue { get; init; }

    /// <summary>The members of an <c>[AsParameters]</c> or form type: constructor parameters first, in their order, then properties.</summary>
    public EquatableArray<ParameterModel> Members { get; init; }

    /// <summary>Of a type with members: whether they are fields of a form.</summary>
    public bool IsForm { get; init; }

    /// <summary>How many of <see cref="Members"/> are constructor parameters.</summary>
    public int ConstructorMembers { get; init; }

    /// <summary>The parameter and, however deep, what it is made of.</summary>
    public IEnumerable<ParameterModel> SelfAndMembers => Members.SelectMany(static m => m.SelfAndMembers).Prepend(this);
}

/// <summary>How text becomes a value.</summary>
/// <param name="Type">The type of one value, fully qualified.</param>
/// <param name="Parser">The <c>IValueParser</c> of that type, fully qualified.</param>
/// <param name="Shape">Whether there is one value or many.</param>
/// <param name="TryParse">Of a type with a static <c>TryParse</c>, the call that <paramref name="Parser"/>, a struct of the module, makes; null where the runtime has the parser.</param>
internal sealed record TextModel(string Type, string Parser, TextShape Shape, TryParseModel? TryParse = null);

/// <summary>A static <c>TryParse</c> of the program.</summary>
/// <param name="Type">The type it parses, fully qualified.</param>
/// <param name="Declaring">The type that has the method, fully qualified.</param>
/// <param name="Input">What it parses: <c>utf8</c> for bytes, <c>chars</c> for a span of characters, <c>text</c> for a string.</param>
/// <param name="TakesProvider">Whether it asks for a format provider.</param>
internal sealed record TryParseModel(string Type, string Declaring, string Input, bool TakesProvider)
{
    /// <summary>The struct of the module that makes the call.</summary>
    public string Parser => TypeIdentifier.Of("_parse_", Type);
}

internal enum TextShape
{
    One,
    Array,
    List,

    /// <summary><c>StringValues</c>.</summary>
    Texts,
}

internal enum ParameterSource
{
    RequestContext,
    HttpContext,
    HttpRequest,
    HttpResponse,
    CancellationToken,
    User,
    Services,
    BodyStream,
    BodyPipe,
    Route,
    Query,
    Header,
    Json,
    Form,
    FormFile,
    FormFiles,
    FormCollection,
    Service,
    KeyedService,

    /// <summary>The type has <c>BindAsync</c>.</summary>
    Custom,

    /// <summary>An <c>[AsParameters]</c> type, made of its members.</summary>
    Members,
}
