namespace HyperGen.Tls.Crypto;

/// <summary>Fills <paramref name="destination"/> with unpredictable bytes. The core draws every random byte from the one it is given.</summary>
/// <remarks>A server passes <see cref="System.Security.Cryptography.RandomNumberGenerator.Fill"/>; a simulation, a seeded generator.</remarks>
internal delegate void RandomSource(Span<byte> destination);
