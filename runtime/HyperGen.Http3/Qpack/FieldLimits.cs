namespace HyperGen.Http3.Qpack;

/// <summary>How large a header or trailer section may be.</summary>
/// <param name="Count">The most field lines.</param>
/// <param name="Bytes">The most bytes, counting 32 more for each line; announced as SETTINGS_MAX_FIELD_SECTION_SIZE.</param>
internal readonly record struct FieldLimits(int Count, int Bytes)
{
    /// <summary>100 lines and 32 KiB: Kestrel's MaxRequestHeaderCount and MaxRequestHeadersTotalSize.</summary>
    public static FieldLimits Default => new(100, 32 * 1024);
}
