namespace HyperGen.Http3.Qpack;

/// <summary>Names that HTTP/3 itself looks at, numbered by the first index that has them in the static table.</summary>
internal enum KnownField
{
    /// <summary>A name the static table does not have.</summary>
    None = -1,
    Authority = 0,
    Path = 1,
    ContentLength = 4,
    Cookie = 5,
    Date = 6,
    Method = 15,
    Scheme = 22,
    Status = 24,
    ContentType = 44,
    EarlyData = 86,
    Server = 92,
}
