using System.Reflection;
using System.Text.Json;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApiExplorer;

namespace HyperGen.Server.Hosting;

/// <summary>Tells what an endpoint answers with, in the terms that OpenAPI documents are made from, as far as it can be known before a request.</summary>
internal static class EndpointAnswers
{
    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";

    /// <summary>Adds the answers of an endpoint whose attributes say nothing of them.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="mayRefuse">Whether a client can send values that cannot be bound.</param>
    /// <param name="metadata">The metadata, with what the attributes say already there.</param>
    public static void Add(EndpointDescriptor endpoint, bool mayRefuse, IList<object> metadata)
    {
        if (metadata.Any(static item => item is IApiResponseMetadataProvider or IProducesResponseTypeMetadata))
        {
            NameNoTypeOfOurs(metadata);
            return;
        }
        (Type type, bool mayBeNull) = Value(endpoint.MethodInfo);
        var statuses = new SortedSet<int>(endpoint.Statuses);
        if (!IsReply(type, out Type? value))
        {
            statuses.Add(StatusCodes.Status200OK);
            value = type;
        }
        else if (!statuses.Any(static status => status < 400))
        {
            // A reply that is not seen to be made may be any. A value converts to one of 200, null to 404.
            statuses.Add(StatusCodes.Status200OK);
        }
        if (mayBeNull)
        {
            statuses.Add(StatusCodes.Status404NotFound);
        }
        if (mayRefuse)
        {
            statuses.Add(StatusCodes.Status400BadRequest);
        }
        foreach (int status in statuses)
        {
            metadata.Add(Answer(status, value));
        }
    }

    private static ProducesResponseTypeMetadata Answer(int status, Type value)
    {
        if (status >= 400)
        {
            // The schema of a problem document needs a contract for its type, which only reflection has of itself.
            return !JsonSerializer.IsReflectionEnabledByDefault ? new ProducesResponseTypeMetadata(status)
                : new ProducesResponseTypeMetadata(status, status == StatusCodes.Status400BadRequest ? typeof(HttpValidationProblemDetails) : typeof(ProblemDetails), [ProblemJson]);
        }
        bool hasBody = value != typeof(void) && status is >= 200 and < 300 and not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent);
        return hasBody ? new ProducesResponseTypeMetadata(status, value, [value == typeof(string) ? "text/plain" : Json]) : new ProducesResponseTypeMetadata(status, typeof(void));
    }

    /// <summary>An attribute that names a status and no type would be given the one that the method returns, which for a reply is no type of a body.</summary>
    private static void NameNoTypeOfOurs(IList<object> metadata)
    {
        for (int index = 0; index < metadata.Count; index++)
        {
            if (metadata[index] is ProducesResponseTypeAttribute { StatusCode: >= 400 } attribute && attribute.Type == typeof(void))
            {
                metadata[index] = Answer(attribute.StatusCode, typeof(void));
            }
        }
    }

    private static bool IsReply(Type type, out Type value)
    {
        value = type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(Reply<>) ? type.GenericTypeArguments[0] : typeof(void);
        return value != typeof(void) || type == typeof(Reply);
    }

    /// <summary>The type of what a method returns, once it has been awaited, and whether it says that it may be null.</summary>
    private static (Type Type, bool MayBeNull) Value(MethodInfo method)
    {
        NullabilityInfo? nullability = Nullability.Of(method.ReturnParameter);
        Type type = method.ReturnType;
        if (type.IsConstructedGenericType && type.GetGenericTypeDefinition() is { } task && (task == typeof(Task<>) || task == typeof(ValueTask<>)))
        {
            type = type.GenericTypeArguments[0];
            nullability = nullability?.GenericTypeArguments[0];
        }
        else if (type == typeof(Task) || type == typeof(ValueTask))
        {
            type = typeof(void);
        }
        return Nullable.GetUnderlyingType(type) is { } underlying ? (underlying, true) : (type, !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable);
    }
}
