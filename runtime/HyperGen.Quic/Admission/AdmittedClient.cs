namespace HyperGen.Quic.Admission;

/// <summary>With what a client's first packet was admitted.</summary>
/// <param name="Source">Where it came from, as <see cref="SourcePrefixes" /> counts.</param>
/// <param name="IsAddressValidated">Whether a token proved the address.</param>
/// <param name="OriginalId">After a Retry: the Destination Connection ID of the client's very first packet; otherwise null.</param>
internal readonly record struct AdmittedClient(UInt128 Source, bool IsAddressValidated, ConnectionId? OriginalId);
