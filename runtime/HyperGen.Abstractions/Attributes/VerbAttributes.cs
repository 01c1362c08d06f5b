using System.Runtime.CompilerServices;

namespace HyperGen;

/// <summary>Makes a method the endpoint of <c>GET</c>, which reads a resource. HEAD is answered from it too, unless an endpoint of its own exists.</summary>
/// <inheritdoc cref="VerbAttribute(string, string, string, int)"/>
public sealed class GetAttribute(string template = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    : VerbAttribute("GET", template, file, line);

/// <summary>Makes a method the endpoint of <c>POST</c>, which hands a resource something to process.</summary>
/// <inheritdoc cref="VerbAttribute(string, string, string, int)"/>
public sealed class PostAttribute(string template = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    : VerbAttribute("POST", template, file, line);

/// <summary>Makes a method the endpoint of <c>PUT</c>, which replaces a resource.</summary>
/// <inheritdoc cref="VerbAttribute(string, string, string, int)"/>
public sealed class PutAttribute(string template = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    : VerbAttribute("PUT", template, file, line);

/// <summary>Makes a method the endpoint of <c>PATCH</c>, which changes a part of a resource.</summary>
/// <inheritdoc cref="VerbAttribute(string, string, string, int)"/>
public sealed class PatchAttribute(string template = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    : VerbAttribute("PATCH", template, file, line);

/// <summary>Makes a method the endpoint of <c>DELETE</c>, which removes a resource.</summary>
/// <inheritdoc cref="VerbAttribute(string, string, string, int)"/>
public sealed class DeleteAttribute(string template = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    : VerbAttribute("DELETE", template, file, line);

/// <summary>Makes a method the endpoint of <c>HEAD</c>, which answers HEAD in place of the automatic answer that every GET endpoint gives.</summary>
/// <inheritdoc cref="VerbAttribute(string, string, string, int)"/>
public sealed class HeadAttribute(string template = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    : VerbAttribute("HEAD", template, file, line);

/// <summary>Makes a method the endpoint of <c>OPTIONS</c>, which answers OPTIONS in place of the automatic answer, which lists the methods of the path in <c>Allow</c>.</summary>
/// <inheritdoc cref="VerbAttribute(string, string, string, int)"/>
public sealed class OptionsAttribute(string template = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    : VerbAttribute("OPTIONS", template, file, line);
