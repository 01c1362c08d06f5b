using System.Buffers;
using HyperGen.Quic;

namespace HyperGen.Transport.Qlog;

/// <summary>
/// A folder with a qlog file for each connection, named after its original destination connection ID and the side that wrote it, so that the traces of both
/// ends lie together. Files are written by the shards themselves: this is for finding a fault, not for every day.
/// </summary>
internal sealed class QlogFolder
{
    private const int FlushedAt = 32 << 10;

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

    /// <param name="path">Made when it is absent.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public QlogFolder(string path)
    {
        Directory.CreateDirectory(path);
        _path = path;
    }

    /// <summary>Opens the file of a connection; null when the disk does not have it, which is no reason not to serve.</summary>
    public IBufferWriter<byte>? Open(Role role, ConnectionId originalDestinationId)
    {
        try
        {
            string name = $"{originalDestinationId}_{(role == Role.Client ? "client" : "server")}.sqlog";
            return new QlogFile(new FileStream(Path.Combine(_path, name), Options));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>One file. A full disk ends it; the connection goes on.</summary>
    private sealed class QlogFile(FileStream file) : IBufferWriter<byte>, IDisposable
    {
        private readonly ArrayBufferWriter<byte> _pending = new(FlushedAt + 4096);
        private bool _isBroken;

        public void Advance(int count)
        {
            _pending.Advance(count);
            if (_pending.WrittenCount >= FlushedAt)
            {
                Flush();
            }
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _pending.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => _pending.GetSpan(sizeHint);

        public void Dispose()
        {
            Flush();
            file.Dispose();
        }

        private void Flush()
        {
            try
            {
                if (!_isBroken)
                {
                    file.Write(_pending.WrittenSpan);
                }
            }
            catch (IOException)
            {
                _isBroken = true;
            }
            _pending.ResetWrittenCount();
        }
    }
}
