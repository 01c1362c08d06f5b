using System.Security.Cryptography;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Transport.Shards;

/// <summary>The keys of session tickets for each shard, made from secrets that all of them share.</summary>
/// <remarks>A key holds a cipher context, which belongs to one thread; so each thread that asks has its own, and follows the secrets when they rotate.</remarks>
internal sealed class SharedTickets(ServerSecrets secrets, CryptoProvider crypto) : IDisposable
{
    private readonly ThreadLocal<Follower> _followers = new(() => new Follower(crypto), trackAllValues: true);

    /// <summary>The keys of the calling thread, up to date.</summary>
    public TicketKeys Current => _followers.Value!.Follow(secrets.TicketSecrets);

    /// <summary>Wipes the keys, once no thread uses them any more.</summary>
    public void Dispose()
    {
        foreach (Follower follower in _followers.Values)
        {
            follower.Keys.Dispose();
        }
        _followers.Dispose();
    }

    private sealed class Follower(CryptoProvider crypto)
    {
        private IReadOnlyList<byte[]> _seen = [];

        public TicketKeys Keys { get; } = new(crypto, RandomNumberGenerator.Fill);

        public TicketKeys Follow(IReadOnlyList<byte[]> ticketSecrets)
        {
            if (!ReferenceEquals(_seen, ticketSecrets))
            {
                foreach (byte[] secret in ticketSecrets)
                {
                    Keys.Rotate(secret);
                }
                _seen = ticketSecrets;
            }
            return Keys;
        }
    }
}
