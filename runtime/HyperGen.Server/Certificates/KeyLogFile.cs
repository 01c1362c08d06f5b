using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Certificates;

/// <summary>
/// Writes the secrets of connections to a file in the format of SSLKEYLOGFILE (RFC 9850), with which Wireshark and the like can decrypt them. Only the user
/// may read it.
/// </summary>
/// <remarks>Its lines are written where they arise, on the shards: who debugs a protocol can wait.</remarks>
internal sealed class KeyLogFile : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream _file;

    /// <param name="path">The file, to which is appended.</param>
    /// <exception cref="InvalidOperationException">The file cannot be written, or others may read it.</exception>
    public KeyLogFile(string path)
    {
        try
        {
            _file = PrivateFile.Append(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The file of server:keyLog, '{path}', cannot be written: {failure.Message}", failure);
        }
        if (!PrivateFile.IsPrivate(path))
        {
            _file.Dispose();
            throw new InvalidOperationException($"The file of server:keyLog, '{path}', may be read by others, and secrets are not written there: chmod 600 it, or delete it.");
        }
    }

    /// <param name="file">The file, opened for writing without a buffer of its own: what could not be written must not be tried again when it is closed.</param>
    internal KeyLogFile(FileStream file) => _file = file;

    /// <summary>Opens the file of <c>server:keyLog</c>, which must be set.</summary>
    public static KeyLogFile Open(IServiceProvider services) => new(services.GetRequiredService<IOptions<HyperServerOptions>>().Value.KeyLog!);

    /// <summary>Writes a line. Safe for all threads.</summary>
    public void Write(ReadOnlySpan<byte> label, ReadOnlySpan<byte> clientRandom, ReadOnlySpan<byte> secret)
    {
        byte[] line = Encoding.ASCII.GetBytes(
            $"{Encoding.ASCII.GetString(label)} {Convert.ToHexStringLower(clientRandom)} {Convert.ToHexStringLower(secret)}\n");
        lock (_lock)
        {
            if (_file.CanWrite)
            {
                try
                {
                    _file.Write(line);
                }
                catch (IOException)
                {
                    // A full disk ends the log. The connections go on.
                    _file.Dispose();
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
        }
    }
}
