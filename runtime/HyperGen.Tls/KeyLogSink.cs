namespace HyperGen.Tls;

/// <summary>Takes a secret for a file in the format of SSLKEYLOGFILE (RFC 9850). It is called on the thread of the connection and keeps none of the spans.</summary>
/// <param name="label">Which secret, for instance <c>CLIENT_TRAFFIC_SECRET_0</c>.</param>
/// <param name="clientRandom">The 32 bytes that name the connection.</param>
/// <param name="secret">The secret.</param>
internal delegate void KeyLogSink(ReadOnlySpan<byte> label, ReadOnlySpan<byte> clientRandom, ReadOnlySpan<byte> secret);
