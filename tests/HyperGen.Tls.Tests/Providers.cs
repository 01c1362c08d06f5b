using HyperGen.Tls.Crypto;

namespace HyperGen.Tls.Tests;

/// <summary>Every test of a primitive, and every handshake, runs with each provider this system has.</summary>
public sealed class Providers : TheoryData<string>
{
    private static readonly CryptoProvider _bcl = new BclProvider();
    private static readonly CryptoProvider? _libcrypto = Libcrypto.IsAvailable ? new LibcryptoProvider() : null;

    public Providers()
    {
        Add("BCL");
        if (_libcrypto is not null)
        {
            Add("libcrypto");
        }
    }

    internal static CryptoProvider Get(string name) => name == "BCL" ? _bcl : _libcrypto!;
}
