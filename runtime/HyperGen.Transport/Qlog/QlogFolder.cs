using System.Buffers;
using HyperGen.Quic;

namespace HyperGen.Transport.Qlog;

/// <summary>
/// A folder with a qlog file for each connection, named after its original destination connection ID and the side that wrote it, so that the traces of both
/// ends lie together. Files are written by the shards themselves: this is for finding a fault, not for every day. Whoever connects often fills no disk: there are
/// so many files, those included that were there before, and each has so many bytes.
/// </summary>
internal sealed class QlogFolder
{
    /// <summary>What tools still list, and enough for an evening of looking for a fault.</summary>
    public const int MaxFiles = 10_000;

    /// <summary>64 MiB: some 300,000 packets, more than qvis takes.</summary>
    public const int MaxFileLength = 64 << 20;

    /// <summary>The client chooses the name: it opens no file that is there. Traces tell addresses and connection IDs, which is nobody else's business.</summary>
    private static FileStreamOptions Options
    {
        get
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }
            return options;
        }
    }

    private readonly string _path;
    private readonly int _maxFiles;
    private readonly int _maxFileLength;
    private int _files;

    /// <param name="path">Made when it is absent.</param>
    /// <param name="maxFiles">How many traces there may be in it.</param>
    /// <param name="maxFileLength">How long each may be, about; what comes later is not in it.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public QlogFolder(string path, int maxFiles = MaxFiles, int maxFileLength = MaxFileLength)
    {
        Directory.CreateDirectory(path);
        _path = path;
        _maxFiles = maxFiles;
        _maxFileLength = maxFileLength;
        _files = Directory.EnumerateFiles(path, "*.sqlog").Take(maxFiles).Count();
    }

    /// <summary>
    /// Opens the file of a connection, on any thread; null when there are enough of them or the disk does not have it, which is no reason not to serve.
    /// </summary>
    public IBufferWriter<byte>? Open(Role role, ConnectionId originalDestinationId)
    {
        if (Interlocked.Increment(ref _files) > _maxFiles)
        {
            Interlocked.Decrement(ref _files);
            return null;
        }
        try
        {
            string name = $"{originalDestinationId}_{(role == Role.Client ? "client" : "server")}.sqlog";
            return new QlogFile(new FileStream(Path.Combine(_path, name), Options), _maxFileLength);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Interlocked.Decrement(ref _files);
            return null;
        }
    }
}
