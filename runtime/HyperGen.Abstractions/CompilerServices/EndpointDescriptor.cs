using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;

namespace HyperGen.CompilerServices;

/// <summary>What is known of an endpoint before any request: for the start-up table, for messages, and for ASP.NET Core.</summary>
public sealed class EndpointDescriptor
{
    private object[]? _metadata;

    /// <summary>The HTTP method, e.g. <c>GET</c>.</summary>
    public required string Method { get; init; }

    /// <summary>The whole route template, beginning with <c>/</c>.</summary>
    public required string Template { get; init; }

    /// <summary>The names of the template's parameters, in its order.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>The class and the method, e.g. <c>Users.Find</c>.</summary>
    public required string DisplayName { get; init; }

    /// <summary>The names of the middleware, outermost first.</summary>
    public IReadOnlyList<string> Middleware { get; init; } = [];

    /// <summary>Whether the endpoint may run on the thread that received the request.</summary>
    public bool Inline { get; init; }

    /// <summary>Whether the endpoint has one handler instance for the life of the application, as far as the code tells; its dependencies decide too.</summary>
    public bool SharedHandler { get; init; }

    /// <summary>The services that its handler asks for, where <see cref="SharedHandler"/> is said: all must be singletons for it to be so.</summary>
    public IReadOnlyList<(Type Type, object? Key)> HandlerServices { get; init; } = [];

    /// <summary>Whether a request that arrives in TLS early data is admitted, though an attacker can replay it.</summary>
    public bool EarlyData { get; init; }

    /// <summary>What the server states of the priority of the response; null when it leaves it to the client.</summary>
    public ResponsePriority? Priority { get; init; }

    /// <summary>The resources that a client will ask for next. The endpoint itself sends the <c>Link</c> header for them.</summary>
    public IReadOnlyList<PushedResource> Push { get; init; } = [];

    /// <summary>Whether the endpoint reads a form.</summary>
    public bool ReadsForm { get; init; }

    /// <summary>Whether the form has files, so that it can come in parts only.</summary>
    public bool ReadsFiles { get; init; }

    /// <summary>What ASP.NET Core must do before the endpoint may run.</summary>
    public PipelineFeatures Requires { get; init; }

    /// <summary>The largest request body in bytes, <see cref="long.MaxValue"/> for any; null for the server's limit.</summary>
    public long? MaxBody { get; init; }

    /// <summary>How many milliseconds a request may take; null for any time.</summary>
    public int? Deadline { get; init; }

    /// <summary>The statuses of the replies that the method is seen to make; empty where none is known.</summary>
    public IReadOnlyList<int> Statuses { get; init; } = [];

    /// <summary>Lets the type that the method returns say what it answers with; null where it says nothing.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Action<MethodInfo, EndpointBuilder>? Describe { get; init; }

    /// <summary>The method in the source.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public required Func<MethodInfo> MethodFactory { private get; init; }

    /// <summary>The members that stand in the place of an <c>[AsParameters]</c> parameter, by its position; null where there is none.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Func<int, ParameterInfo[]?>? MembersFactory { private get; init; }

    /// <summary>The attributes of method, class, groups and assembly that ASP.NET Core reads, the nearest last.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Func<object[]>? MetadataFactory { private get; init; }

    /// <summary>What a type of ASP.NET Core's <c>TypedResults</c>, or one like it, says of itself.</summary>
    /// <typeparam name="T">The type.</typeparam>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Action<MethodInfo, EndpointBuilder> Description<T>()
        where T : IEndpointMetadataProvider => T.PopulateMetadata;

    /// <summary>Members of a type whose values a client sends one by one.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="names">The names of constructor parameters and properties.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static IEnumerable<ParameterInfo> Members<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.NonPublicConstructors | DynamicallyAccessedMemberTypes.PublicProperties)] T>(params string[] names) =>
        MemberParameter.Of(typeof(T), names);

    /// <summary>What a client may send: the parameters of the method, and in the place of an <c>[AsParameters]</c> parameter its members.</summary>
    public IEnumerable<ParameterInfo> SentParameters() => MethodInfo.GetParameters().SelectMany(parameter => MembersFactory?.Invoke(parameter.Position) ?? [parameter]);

    /// <summary>The method in the source, found on first use.</summary>
    public MethodInfo MethodInfo => field ??= MethodFactory();

    /// <summary>The attributes that ASP.NET Core reads, made on first use, the nearest last.</summary>
    public IReadOnlyList<object> Metadata => _metadata ??= MetadataFactory?.Invoke() ?? [];
}

/// <summary>Parts of the ASP.NET Core pipeline that an endpoint's attributes call for.</summary>
[Flags]
public enum PipelineFeatures
{
    /// <summary>None: the request goes straight to the endpoint.</summary>
    None = 0,

    /// <summary><c>[Authorize]</c> and its kind.</summary>
    Authorization = 1,

    /// <summary><c>[EnableCors]</c>, <c>[DisableCors]</c>.</summary>
    Cors = 2,

    /// <summary>A form body, or <c>[RequireAntiforgeryToken]</c>.</summary>
    Antiforgery = 4,

    /// <summary><c>[EnableRateLimiting]</c>.</summary>
    RateLimiting = 8,

    /// <summary><c>[RequestTimeout]</c>.</summary>
    RequestTimeouts = 16,

    /// <summary><c>[OutputCache]</c>.</summary>
    OutputCaching = 32,

    /// <summary><c>[Host]</c>.</summary>
    Host = 64,
}
