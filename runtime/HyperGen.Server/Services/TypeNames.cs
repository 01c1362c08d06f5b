namespace HyperGen.Server.Services;

internal static class TypeNames
{
    /// <summary>The name of a type as C# writes it, without namespaces: <c>IRepository&lt;User&gt;</c>.</summary>
    public static string Of(Type type)
    {
        if (!type.IsConstructedGenericType)
        {
            return type.Name;
        }
        int tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        return $"{(tick < 0 ? type.Name : type.Name[..tick])}<{string.Join(", ", type.GenericTypeArguments.Select(static argument => Of(argument)))}>";
    }

    /// <summary>The name of a service, with its key when it has one.</summary>
    public static string Of(Type type, object? key) => key is null ? Of(type) : $"{Of(type)} with the key '{key}'";
}
