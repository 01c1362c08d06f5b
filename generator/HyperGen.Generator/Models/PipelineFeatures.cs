namespace HyperGen.Generator.Models;

/// <summary>Parts of the ASP.NET Core pipeline that an endpoint calls for. Names and values are those of the runtime's enumeration.</summary>
[Flags]
internal enum PipelineFeatures
{
    None = 0,
    Authorization = 1,
    Cors = 2,
    Antiforgery = 4,
    RateLimiting = 8,
    RequestTimeouts = 16,
    OutputCaching = 32,
    Host = 64,
}
