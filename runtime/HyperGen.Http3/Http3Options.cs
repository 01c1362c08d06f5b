using HyperGen.Http3.Frames;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3;

/// <summary>What is the same for all HTTP/3 connections of an endpoint. Immutable.</summary>
internal sealed record Http3Options
{
    /// <summary>How large a header or trailer section may be; also announced to the peer.</summary>
    public FieldLimits FieldLimits { get; init; } = FieldLimits.Default;

    /// <summary>What the peer is told of it.</summary>
    public Settings Settings => new() { MaxFieldSectionSize = (ulong)FieldLimits.Bytes };
}
