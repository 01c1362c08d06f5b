using System.IO.Pipelines;
using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace HyperGen.Server.Hosting;

/// <summary>Describes parameters and answers of an endpoint in the terms that OpenAPI documents are made from, where its attributes leave that to convention.</summary>
/// <remarks>It reads the method when ASP.NET Core first asks for the endpoint, and decides nothing about how requests are bound: generated code does that.</remarks>
internal static class EndpointDescription
{
    /// <summary>What the request itself provides: it is no part of what a client sends.</summary>
    private static readonly Type[] s_provided =
    [
        typeof(RequestContext), typeof(HttpContext), typeof(HttpRequest), typeof(HttpResponse), typeof(CancellationToken), typeof(ClaimsPrincipal),
        typeof(IServiceProvider), typeof(Stream), typeof(PipeReader),
    ];

    private static readonly Type[] s_simple = [typeof(Guid), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Uri), typeof(Version), typeof(Half), typeof(Int128), typeof(UInt128)];

    /// <summary>Adds the description to the metadata of an endpoint.</summary>
    /// <param name="method">The method in the source.</param>
    /// <param name="routeParameters">The names of the template's parameters.</param>
    /// <param name="metadata">The metadata, with what the attributes say already there.</param>
    public static void Add(MethodInfo method, IReadOnlyList<string> routeParameters, IList<object> metadata)
    {
        foreach (ParameterInfo parameter in method.GetParameters())
        {
            if (!s_provided.Contains(parameter.ParameterType))
            {
                metadata.Add(new Parameter(parameter, routeParameters.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase)));
            }
        }
        if (!metadata.OfType<IProducesResponseTypeMetadata>().Any() && Answer(method.ReturnType) is { } answer)
        {
            metadata.Add(answer);
        }
    }

    /// <summary>The answer of a method that returns one of our reply types; ASP.NET Core describes the others by itself.</summary>
    private static ProducesResponseTypeMetadata? Answer(Type type)
    {
        if (type.IsConstructedGenericType && type.GetGenericTypeDefinition() is { } task && (task == typeof(Task<>) || task == typeof(ValueTask<>)))
        {
            type = type.GenericTypeArguments[0];
        }
        if (type == typeof(Reply))
        {
            return new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(void));
        }
        return type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(Reply<>)
            ? new ProducesResponseTypeMetadata(StatusCodes.Status200OK, type.GenericTypeArguments[0], ["application/json"])
            : null;
    }

    private sealed class Parameter(ParameterInfo parameter, bool isRoute) : IParameterBindingMetadata
    {
        public string Name { get; } = parameter.Name ?? "";

        public bool HasTryParse { get; } = isRoute || IsSimple(parameter.ParameterType);

        public bool HasBindAsync => false;

        public ParameterInfo ParameterInfo { get; } = parameter;

        public bool IsOptional => ParameterInfo.HasDefaultValue || Nullable.GetUnderlyingType(ParameterInfo.ParameterType) is not null || AdmitsNull(ParameterInfo);

        /// <summary>Whether a reference may be null; a trimmed application has forgotten which may, and there ASP.NET Core makes no documents either.</summary>
        private static bool AdmitsNull(ParameterInfo parameter) =>
            !(AppContext.TryGetSwitch("System.Reflection.NullabilityInfoContext.IsSupported", out bool isSupported) && !isSupported)
            && new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;

        private static bool IsSimple(Type type)
        {
            Type value = Nullable.GetUnderlyingType(type) ?? type;
            return value.IsEnum || Type.GetTypeCode(value) != TypeCode.Object || s_simple.Contains(value);
        }
    }
}
