namespace HyperGen.Server.Certificates;

/// <summary>Files in the folder of the user's application data that only the user may read: certificates with their keys, and secrets.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What is done under a lock takes milliseconds; who holds it for longer is stuck.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>The folder of the user's application data that HyperGen uses: <c>~/.local/share/hypergen</c> on Linux; null for a user without one.</summary>
    /// <remarks>A folder for temporary files will not do: there another user could put a file of theirs first.</remarks>
    public static string? DefaultDirectory =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } data
            ? Path.Combine(data, "hypergen")
            : null;

    /// <summary>Makes the directory when it is absent.</summary>
    public static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Whether nobody but the user may read or change the file. Where there are no such modes, the folder sees to it.</summary>
    public static bool IsPrivate(string path) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & ~OwnerOnly) == 0;

    /// <summary>Opens a file for writing at its end, which is made with mode 0600. What is written is there at once.</summary>
    public static FileStream Append(string path)
    {
        FileStreamOptions options = Options(FileMode.Append);
        options.BufferSize = 0;
        return new FileStream(path, options);
    }

    /// <summary>Writes the file so that it appears whole or not at all, in place of one that may be there.</summary>
    public static void Write(string path, IEnumerable<string> lines)
    {
        string temporary = $"{path}.{Environment.ProcessId}";

        // The mode counts only for a file that is made: one left over from a crash could have another.
        File.Delete(temporary);
        using (var writer = new StreamWriter(temporary, Options(FileMode.CreateNew)))
        {
            foreach (string line in lines)
            {
                writer.WriteLine(line);
            }
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Keeps processes that start together from making one file each, until the lock is disposed.</summary>
    public static FileStream Lock(string path)
    {
        long start = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Environment.TickCount64 - start < s_patience.TotalMilliseconds)
            {
                Thread.Sleep(20);
            }
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        return options;
    }
}
