using System.IO.Pipelines;
using System.Reflection;
using System.Security.Claims;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace HyperGen.Server.Hosting;

/// <summary>Describes an endpoint in the terms that OpenAPI documents are made from, where its attributes leave that to convention.</summary>
/// <remarks>It reads the method when ASP.NET Core first asks for the endpoint, and decides nothing about how requests are bound: generated code does that.</remarks>
internal static class EndpointDescription
{
    /// <summary>What the request itself provides: it is no part of what a client sends.</summary>
    private static readonly Type[] s_provided =
    [
        typeof(RequestContext), typeof(HttpContext), typeof(HttpRequest), typeof(HttpResponse), typeof(CancellationToken), typeof(ClaimsPrincipal), typeof(IServiceProvider),
    ];

    private static readonly Type[] s_simple = [typeof(Guid), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Uri), typeof(Version), typeof(Half), typeof(Int128), typeof(UInt128)];

    /// <summary>Adds the description to the metadata of an endpoint, which has what its attributes say already.</summary>
    public static void Add(EndpointDescriptor endpoint, EndpointBuilder builder)
    {
        IList<object> metadata = builder.Metadata;
        ParameterInfo[] parameters = [.. endpoint.SentParameters().Where(static parameter => !s_provided.Contains(parameter.ParameterType))];
        foreach (ParameterInfo parameter in parameters)
        {
            metadata.Add(new Parameter(parameter, IsRoute(parameter, endpoint)));
        }
        if (endpoint.ReadsForm)
        {
            metadata.Add(endpoint.ReadsFiles ? FormTypes.InParts : FormTypes.Any);
        }
        endpoint.Describe?.Invoke(endpoint.MethodInfo, builder);
        EndpointAnswers.Add(endpoint, parameters.Any(parameter => MayBeRefused(parameter, endpoint)), metadata);
    }

    private static bool IsRoute(ParameterInfo parameter, EndpointDescriptor endpoint) => endpoint.Parameters.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase);

    private static bool IsRaw(Type type) => type == typeof(Stream) || type == typeof(PipeReader);

    /// <summary>Whether a client can send a value for it that does not fit: text always does, unless it must be there and is not.</summary>
    private static bool MayBeRefused(ParameterInfo parameter, EndpointDescriptor endpoint)
    {
        bool isService = parameter.GetCustomAttributes().Any(static attribute => attribute is IFromServiceMetadata or Microsoft.Extensions.DependencyInjection.FromKeyedServicesAttribute)
            || parameter.ParameterType.IsInterface && !typeof(IFormFile).IsAssignableFrom(parameter.ParameterType) && !parameter.ParameterType.IsGenericType;
        return !isService && !IsRaw(parameter.ParameterType) && !(parameter.ParameterType == typeof(string) && (IsRoute(parameter, endpoint) || IsOptional(parameter)));
    }

    private static bool IsOptional(ParameterInfo parameter) =>
        parameter.HasDefaultValue || Nullable.GetUnderlyingType(parameter.ParameterType) is not null || Nullability.Of(parameter)?.WriteState == NullabilityState.Nullable;

    private sealed class Parameter(ParameterInfo parameter, bool isRoute) : IParameterBindingMetadata
    {
        public string Name { get; } = parameter.Name ?? "";

        public bool HasTryParse { get; } = isRoute || IsSimple(parameter.ParameterType);

        public bool HasBindAsync => false;

        public ParameterInfo ParameterInfo { get; } = parameter;

        public bool IsOptional => EndpointDescription.IsOptional(ParameterInfo);

        private static bool IsSimple(Type type)
        {
            Type value = Nullable.GetUnderlyingType(type) ?? type;
            return value.IsEnum || Type.GetTypeCode(value) != TypeCode.Object || s_simple.Contains(value);
        }
    }
}
