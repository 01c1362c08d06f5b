using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.CompilerServices;

public static partial class Bind
{
    /// <summary>A service of the request's scope.</summary>
    /// <exception cref="InvalidOperationException">It is not registered.</exception>
    public static T Service<T>(RequestContext context)
        where T : notnull => context.Services.GetRequiredService<T>();

    /// <summary>A service of the request's scope; null when it is not registered.</summary>
    public static T? ServiceOrNull<T>(RequestContext context) => context.Services.GetService<T>();

    /// <summary>A keyed service of the request's scope.</summary>
    /// <exception cref="InvalidOperationException">It is not registered.</exception>
    public static T KeyedService<T>(RequestContext context, object? key)
        where T : notnull => context.Services.GetRequiredKeyedService<T>(key);

    /// <summary>A keyed service of the request's scope; null when it is not registered.</summary>
    public static T? KeyedServiceOrNull<T>(RequestContext context, object? key) => context.Services.GetKeyedService<T>(key);

    /// <summary>A list of the values that were bound; null when there is none.</summary>
    public static List<T>? List<T>(T[]? values) => values is null ? null : [.. values];

    /// <summary>Binds a type that does it itself.</summary>
    public static ValueTask<T?> Custom<T>(RequestContext context, ParameterInfo parameter)
        where T : class, IBindableFromHttpContext<T> => T.BindAsync(context.HttpContext, parameter);

    /// <summary>The parameter of the handler, for a type that binds itself and asks for it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="index">The place of the parameter, counted from 0.</param>
    /// <exception cref="InvalidOperationException">The request has no endpoint.</exception>
    public static ParameterInfo Parameter(RequestContext context, int index) =>
        (context.Endpoint ?? throw new InvalidOperationException("The request has no endpoint: match it before binding.")).MethodInfo.GetParameters()[index];

    /// <summary>Notes that a type that binds itself found nothing.</summary>
    public static T Required<T>(T? value, string name, ref BindingErrors errors)
        where T : class
    {
        if (value is null)
        {
            errors.Add(name, "A value is required.");
        }
        return value!;
    }

    /// <summary>Notes that a type that binds itself found nothing.</summary>
    public static T Required<T>(T? value, string name, ref BindingErrors errors)
        where T : struct
    {
        if (value is null)
        {
            errors.Add(name, "A value is required.");
        }
        return value.GetValueOrDefault();
    }
}
