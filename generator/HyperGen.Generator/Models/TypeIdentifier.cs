using System.Text;

namespace HyperGen.Generator.Models;

/// <summary>Names of generated members that stand for a type: no two types share one, and a person still reads it.</summary>
internal static class TypeIdentifier
{
    /// <param name="prefix">What the name begins with.</param>
    /// <param name="type">The type, fully qualified.</param>
    public static string Of(string prefix, string type)
    {
        StringBuilder name = new(prefix);
        bool isExact = true;
        foreach (char c in type.Replace("global::", ""))
        {
            name.Append(char.IsLetterOrDigit(c) ? c : '_');
            isExact &= char.IsLetterOrDigit(c) || c == '.';
        }
        return isExact ? name.ToString() : name.Append('_').Append(StableHash(type).ToString("x8")).ToString();
    }

    // string.GetHashCode differs from run to run, and generated code must not. This is FNV-1a.
    private static uint StableHash(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text)
        {
            hash = unchecked((hash ^ c) * 16777619);
        }
        return hash;
    }
}
