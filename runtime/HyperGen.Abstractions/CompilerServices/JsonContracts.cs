using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HyperGen.CompilerServices;

/// <summary>Joins the JSON contexts of a program to the options of its application.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class JsonContracts
{
    /// <summary>Puts contexts in front of the resolvers that the options have, simple types behind them, and makes what clients send strict.</summary>
    /// <param name="options">The options of the application's <c>ConfigureHttpJsonOptions</c>.</param>
    /// <param name="contexts">The contexts, the first one winning.</param>
    public static void Configure(JsonSerializerOptions options, params IJsonTypeInfoResolver[] contexts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(contexts);
        int place = 0;
        foreach (IJsonTypeInfoResolver context in contexts)
        {
            if (!options.TypeInfoResolverChain.Contains(context))
            {
                options.TypeInfoResolverChain.Insert(place++, context);
            }
        }
        if (!options.TypeInfoResolverChain.Contains(SimpleTypes.Resolver))
        {
            options.TypeInfoResolverChain.Add(SimpleTypes.Resolver);
        }
        // A null where the program's annotations allow none is the client's mistake, to be told as such, and not a NullReferenceException later.
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
#if NET10_0_OR_GREATER
        options.AllowDuplicateProperties = false;
#endif
    }
}
