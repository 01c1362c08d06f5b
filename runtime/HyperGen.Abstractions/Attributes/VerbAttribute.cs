using System.Runtime.CompilerServices;

namespace HyperGen;

/// <summary>Makes a method the endpoint of one HTTP method and one route template. A method may carry several.</summary>
/// <remarks>
/// Templates are ASP.NET Core's: literals, <c>{name}</c>, <c>{name:constraint}</c>, <c>{name?}</c>, <c>{name=default}</c>, <c>{**rest}</c> and
/// complex segments. A leading <c>/</c> stays inside the prefix of the class. A method that overrides an endpoint is one too: by its own verbs where it has some,
/// by those of the method it overrides where it has none.
/// </remarks>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public class VerbAttribute : Attribute
{
    /// <summary>Makes a method the endpoint of one HTTP method and one route template.</summary>
    /// <param name="method">The HTTP method, e.g. <c>PURGE</c>: a token of RFC 9110, compared without regard to case.</param>
    /// <param name="template">The route template, below the prefix of the class.</param>
    /// <param name="file">Filled in by the compiler: the source file, which the start-up table shows.</param>
    /// <param name="line">Filled in by the compiler: the line, counted from 1.</param>
    public VerbAttribute(string method, string template = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        Method = method;
        Template = template;
        File = file;
        Line = line;
    }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The route template, below the prefix of the class.</summary>
    public string Template { get; }

    /// <summary>The source file the attribute stands in, as the compiler saw it.</summary>
    public string File { get; }

    /// <summary>The line the attribute stands in, counted from 1.</summary>
    public int Line { get; }
}
