namespace HyperGen.Generator.Emission;

/// <summary>The types that the generated router names, in full.</summary>
internal static class RouterTypes
{
    public const string Bytes = "global::System.ReadOnlySpan<byte>";
    public const string Inlined = "[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]";
    public const string RouteConstraint = "global::HyperGen.CompilerServices.RouteConstraint";
    public const string RouteMethod = "global::HyperGen.CompilerServices.RouteMethod";
    public const string RoutePath = "global::HyperGen.CompilerServices.RoutePath";
    public const string RouteRange = "global::HyperGen.CompilerServices.RouteRange";
    public const string RouteRegex = "global::HyperGen.CompilerServices.RouteRegex";
    public const string RouteText = "global::HyperGen.CompilerServices.RouteText";
}
