using System.Globalization;
using HyperGen.Transport.Shards;

namespace HyperGen.Server.Certificates;

/// <summary>Keeps the secrets of a server in a file that only its user may read, so that what it gave to clients is still good after a restart.</summary>
/// <remarks>
/// Servers that share the file share the secrets: those of one user on one machine by default, those behind one balancer when each is given a copy.
/// The secret of session tickets rotates; what is dropped from the file opens no ticket any more, wherever a recording of it may be.
/// </remarks>
internal sealed class SecretFile
{
    private const string FileName = "secrets";
    private const string Heading = "# The secrets of HyperGen's QUIC: who reads them can forge its resets, address tokens and session tickets. Delete this file to have others.";

    /// <summary>A ticket is good for two hours, and its secret is kept for two rotations.</summary>
    private static readonly TimeSpan s_rotation = TimeSpan.FromHours(2);

    /// <summary>The secret that seals and two that only open: as many as a shard keeps.</summary>
    private const int MaxTicketSecrets = 3;

    private readonly string _path;
    private byte[]? _resetKey;
    private byte[]? _tokenKey;
    private List<(long Since, byte[] Secret)> _tickets = [];

    /// <param name="path">The file, whose directory is made when it is absent.</param>
    private SecretFile(string path) => _path = path;

    /// <summary>Where the file is within a directory.</summary>
    public static string PathIn(string directory) => Path.Combine(directory, FileName);

    /// <summary>Reads the file, or makes it where there is none that will do.</summary>
    /// <param name="path">The file.</param>
    /// <param name="now">The time, which tells whether the secret of tickets is to rotate.</param>
    /// <exception cref="IOException">The file cannot be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be kept.</exception>
    public static ServerSecrets LoadOrCreate(string path, DateTimeOffset now)
    {
        var file = new SecretFile(path);
        file.Update(now);
        return new ServerSecrets(file._resetKey!, file._tokenKey!, file.TicketSecrets);
    }

    /// <summary>Takes over what other servers have done to the file, and rotates the secret of tickets when it is time.</summary>
    /// <param name="path">The file.</param>
    /// <param name="secrets">What was read from it before.</param>
    /// <param name="now">The time.</param>
    /// <inheritdoc cref="LoadOrCreate" path="/exception"/>
    public static void Refresh(string path, ServerSecrets secrets, DateTimeOffset now)
    {
        var file = new SecretFile(path);
        file.Update(now);
        if (!file._tickets[^1].Secret.AsSpan().SequenceEqual(secrets.TicketSecrets[^1]))
        {
            secrets.Rotate(file.TicketSecrets);
        }
    }

    private byte[][] TicketSecrets => [.. _tickets.Select(static ticket => ticket.Secret)];

    private void Update(DateTimeOffset now)
    {
        PrivateFile.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        using FileStream held = PrivateFile.Lock(_path + ".lock");
        bool isWhole = TryRead();
        long newest = _tickets.Count == 0 ? 0 : _tickets[^1].Since;
        long seconds = now.ToUnixTimeSeconds();

        // A secret from the future means that a clock was wrong: it would never be due.
        bool isDue = seconds - newest >= s_rotation.TotalSeconds || newest > seconds + s_rotation.TotalSeconds;
        if (isWhole && !isDue)
        {
            return;
        }
        _resetKey ??= ServerSecrets.Draw();
        _tokenKey ??= ServerSecrets.Draw();
        if (isDue)
        {
            _tickets.Add((seconds, ServerSecrets.Draw()));
        }
        _tickets = [.. _tickets.TakeLast(MaxTicketSecrets)];
        PrivateFile.Write(_path,
        [
            Heading,
            $"reset {Convert.ToHexStringLower(_resetKey)}",
            $"token {Convert.ToHexStringLower(_tokenKey)}",
            .. _tickets.Select(static ticket => string.Create(CultureInfo.InvariantCulture, $"ticket {ticket.Since} {Convert.ToHexStringLower(ticket.Secret)}")),
        ]);
    }

    /// <summary>Reads what there is. A file that others may read, or that is damaged, counts as none: its secrets may be known.</summary>
    private bool TryRead()
    {
        if (!File.Exists(_path) || !PrivateFile.IsPrivate(_path))
        {
            return false;
        }
        foreach (string line in File.ReadLines(_path))
        {
            switch (line.Split(' '))
            {
                case ["reset", { } hex] when TryParse(hex, out byte[] key):
                    _resetKey = key;
                    break;
                case ["token", { } hex] when TryParse(hex, out byte[] key):
                    _tokenKey = key;
                    break;
                case ["ticket", { } since, { } hex]
                    when long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && TryParse(hex, out byte[] key):
                    _tickets.Add((seconds, key));
                    break;
            }
        }
        return _resetKey is not null && _tokenKey is not null && _tickets.Count is > 0 and <= MaxTicketSecrets;
    }

    private static bool TryParse(string hex, out byte[] key)
    {
        key = new byte[ServerSecrets.Length];
        return Convert.FromHexString(hex, key, out int consumed, out int written) == System.Buffers.OperationStatus.Done
            && consumed == hex.Length
            && written == key.Length;
    }
}
