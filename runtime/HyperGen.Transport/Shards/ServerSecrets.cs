using System.Security.Cryptography;
using HyperGen.Tls;

namespace HyperGen.Transport.Shards;

/// <summary>
/// The secrets that all shards of a server share, and that should survive a restart: what it is given out to strangers with must still be its own
/// afterwards. Safe for all threads.
/// </summary>
internal sealed class ServerSecrets
{
    /// <summary>Bytes of each secret.</summary>
    public const int Length = TicketKeys.SecretLength;

    private volatile byte[][] _ticketSecrets;

    /// <param name="resetKey">The key of stateless reset tokens.</param>
    /// <param name="tokenKey">The key of address validation tokens.</param>
    /// <param name="ticketSecrets">The secrets of session tickets, oldest first; at least one.</param>
    public ServerSecrets(byte[] resetKey, byte[] tokenKey, params byte[][] ticketSecrets)
    {
        ArgumentOutOfRangeException.ThrowIfZero(ticketSecrets.Length, nameof(ticketSecrets));
        ResetKey = resetKey;
        TokenKey = tokenKey;
        _ticketSecrets = ticketSecrets;
    }

    /// <summary>The key of stateless reset tokens.</summary>
    public byte[] ResetKey { get; }

    /// <summary>The key of the tokens in Retry packets and NEW_TOKEN frames.</summary>
    public byte[] TokenKey { get; }

    /// <summary>
    /// The secrets of session tickets, oldest first. <see cref="Rotate"/> puts another list in place: comparing the reference tells whether there is news.
    /// </summary>
    public IReadOnlyList<byte[]> TicketSecrets => _ticketSecrets;

    /// <summary>Secrets that are gone with the process.</summary>
    public static ServerSecrets Create() => new(Draw(), Draw(), Draw());

    /// <summary>Draws a secret.</summary>
    public static byte[] Draw() => RandomNumberGenerator.GetBytes(Length);

    /// <summary>Puts other secrets of tickets in place of those there are.</summary>
    /// <param name="ticketSecrets">Oldest first; at least one.</param>
    public void Rotate(params byte[][] ticketSecrets)
    {
        ArgumentOutOfRangeException.ThrowIfZero(ticketSecrets.Length, nameof(ticketSecrets));
        _ticketSecrets = ticketSecrets;
    }
}
