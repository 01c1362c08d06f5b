using System.Net;
using System.Text;
using System.Text.Unicode;

namespace HyperGen.Agreement.Tests;

/// <summary>The classes of requests that HyperGen answers otherwise than ASP.NET Core, each on purpose. docs/routing.md gives the reasons.</summary>
internal static class Policy
{
    public const string InvalidUtf8 = "1. Escapes that are not UTF-8 are refused";
    public const string AutomaticHead = "2. GET answers HEAD";
    public const string AutomaticOptions = "3. OPTIONS is answered by itself";
    public const string AllowIsComplete = "4. Allow names HEAD and OPTIONS too";
    public const string ConstraintsBeforeMethods = "5. A path that fails its constraints is not there, whatever the method";
    public const string NonAsciiCase = "6. Letters other than ASCII keep their case in literals";

    /// <summary>The class that explains a difference; null where nothing does, which is a bug.</summary>
    /// <param name="method">The method of the request.</param>
    /// <param name="target">Its target.</param>
    /// <param name="aspNet">What ASP.NET Core said.</param>
    /// <param name="hyperGen">What HyperGen said.</param>
    /// <param name="answered">The methods that ASP.NET Core answers with 200 for that target: who differs in Allow must name exactly these.</param>
    public static string? Explain(string method, string target, Answer aspNet, Answer hyperGen, IReadOnlyCollection<string> answered)
    {
        if (hyperGen.Status == 400 && HasInvalidUtf8(target))
        {
            return InvalidUtf8;
        }
        if (target.Contains("MEN%C3%9C", StringComparison.OrdinalIgnoreCase) && aspNet.Status is 200 or 405 && hyperGen.Status == 404)
        {
            return NonAsciiCase;
        }
        if (method == "HEAD" && hyperGen.Status == 200 && aspNet.Status is 404 or 405 && answered.Contains("GET"))
        {
            return AutomaticHead;
        }
        bool isRight = hyperGen.Status == 404
            ? answered.Count == 0
            : hyperGen.Status is 204 or 405 && Without(hyperGen.Allow.Split(", ")).SequenceEqual(Without(answered));
        return !isRight ? null
            : method == "OPTIONS" && hyperGen.Status == 204 && aspNet.Status is 404 or 405 ? AutomaticOptions
            : aspNet.Status == 405 && hyperGen.Status == 405 && Without(aspNet.Allow.Split(", ")).SequenceEqual(Without(answered)) ? AllowIsComplete
            : (aspNet.Status, hyperGen.Status) is (405, 404) or (404, 405) or (405, 405) ? ConstraintsBeforeMethods
            : null;
    }

    private static IEnumerable<string> Without(IEnumerable<string> methods) => methods.Except(["HEAD", "OPTIONS"]).Order(StringComparer.Ordinal);

    private static bool HasInvalidUtf8(string target)
    {
        byte[] path = Encoding.ASCII.GetBytes(target.Split('?')[0].Replace("+", "%2B", StringComparison.Ordinal));
        return !Utf8.IsValid(WebUtility.UrlDecodeToBytes(path, 0, path.Length));
    }
}
