namespace HyperGen.Generator.Routing;

/// <summary>A method's name as one number. The mirror of the runtime's RouteMethod.</summary>
internal static class MethodNumber
{
    /// <summary>What no method has: its length would be 255.</summary>
    public const ulong None = ulong.MaxValue;

    public static bool Fits(string method) => method.Length is >= 3 and <= 7 && method.All(static character => character is > '\0' and < '\u0080');

    public static ulong Of(string method)
    {
        ulong number = (ulong)method.Length << 56;
        for (int i = 0; i < Math.Min(4, method.Length); i++)
        {
            number |= (ulong)method[i] << (16 * i);
        }
        for (int i = 0; i < 3; i++)
        {
            number |= (ulong)method[method.Length - 3 + i] << ((16 * i) + 8);
        }
        return number;
    }
}
