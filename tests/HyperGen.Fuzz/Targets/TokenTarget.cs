using HyperGen.Quic;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Fuzz.Targets;

/// <summary>Tokens of Initial packets, valid ones with damage: none that was touched proves anything.</summary>
internal sealed class TokenTarget : Target, IDisposable
{
    private static readonly NetworkAddress Client = NetworkAddress.FromIPv4(1, 50000);
    private static readonly byte[] Id = [1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly byte[] Original = [8, 7, 6, 5, 4, 3, 2, 1];

    private readonly AddressTokens _tokens = new(CryptoProvider.Default, new SeededRandom(3).Fill, new byte[AddressTokens.SecretLength], DateTimeOffset.UnixEpoch);
    private readonly HashSet<string> _issued = [];
    private readonly Timestamp _now = new(TimeSpan.TicksPerSecond);

    public override string Name => "token";

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            var buffer = new byte[AddressTokens.MaxLength];
            for (var i = 0; i < 4; i++)
            {
                byte[] token = buffer[..(i < 2 ? _tokens.WriteRetry(buffer, _now, Client, QuicVersion.V1, Id, Original) : _tokens.WriteNew(buffer, _now, Client, QuicVersion.V1))];
                _issued.Add(Convert.ToHexStringLower(token));
                yield return token;
            }
        }
    }

    public void Dispose() => _tokens.Dispose();

    public override string Run(ReadOnlySpan<byte> input)
    {
        var verdict = _tokens.Check(_now, input, Client, QuicVersion.V1, Id, out var original);
        if (verdict is TokenVerdict.Retry or TokenVerdict.NewToken && !_issued.Contains(Convert.ToHexStringLower(input)))
        {
            throw new InvalidOperationException("A token was taken that was never issued.");
        }

        return $"{verdict}, {original.Length}, {(input.IsEmpty ? "empty" : input.Length < 30 ? "short" : "long")}";
    }
}
