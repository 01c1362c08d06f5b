using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes constructor calls.</summary>
internal static class DependencyEmitter
{
    private const string Bind = "global::HyperGen.CompilerServices.Bind.";

    /// <summary>The creation of an instance for one request, an expression of <c>context</c>.</summary>
    public static string CreateForRequest(string type, EquatableArray<DependencyModel> dependencies) =>
        "new " + type + "(" + string.Join(", ", dependencies.Select(FromRequest)) + ")";

    /// <summary>The creation of an instance for the life of the application, an expression of <c>services</c>.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="dependencies">What its constructor asks for.</param>
    /// <param name="useAttribute">The attribute of a middleware, as a C# expression.</param>
    public static string CreateForApplication(string type, EquatableArray<DependencyModel> dependencies, string? useAttribute = null) =>
        "new " + type + "(" + string.Join(", ", dependencies.Select(d => d.Kind == DependencyKind.UseAttribute ? useAttribute : FromRoot(d))) + ")";

    /// <summary>The condition under which all services live as long as the application; empty where there are none.</summary>
    public static string AllSingletons(EquatableArray<DependencyModel> dependencies) =>
        string.Join(" && ", dependencies.Where(static d => d.Kind == DependencyKind.Service).Select(static d => $"services.IsSingleton<{d.Type}>({d.Key})"));

    private static string FromRequest(DependencyModel dependency) => dependency switch
    {
        { Kind: DependencyKind.RequestContext } => "context",
        { Kind: DependencyKind.HttpContext } => "context.HttpContext",
        { Kind: DependencyKind.Constant } => dependency.Default!,
        { Key: { } key, Default: { } fallback } => $"{Bind}KeyedServiceOrNull<{dependency.Type}>(context, {key}) ?? {fallback}",
        { Key: { } key } => $"{Bind}KeyedService<{dependency.Type}>(context, {key})",
        { Default: { } fallback } => $"{Bind}ServiceOrNull<{dependency.Type}>(context) ?? {fallback}",
        _ => $"{Bind}Service<{dependency.Type}>(context)",
    };

    private static string FromRoot(DependencyModel dependency) => dependency switch
    {
        { Kind: DependencyKind.Constant } => dependency.Default!,
        { Key: { } key, Default: { } fallback } => $"services.FindKeyed<{dependency.Type}>({key}) ?? {fallback}",
        { Key: { } key } => $"services.GetKeyed<{dependency.Type}>({key})",
        { Default: { } fallback } => $"services.Find<{dependency.Type}>() ?? {fallback}",
        _ => $"services.Get<{dependency.Type}>()",
    };
}
