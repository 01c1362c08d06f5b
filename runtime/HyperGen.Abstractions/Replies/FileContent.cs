using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace HyperGen;

/// <summary>The bytes of a file, opened: how many there are, and a copy of any part of them.</summary>
internal abstract class FileContent : IAsyncDisposable
{
    /// <summary>What is read and sent at a time. Matches ASP.NET Core's <c>StreamCopyOperation</c>.</summary>
    protected const int PartBytes = 64 * 1024;

    public abstract long Length { get; }

    /// <summary>Reads into the memory of the response at a place of the file.</summary>
    protected abstract ValueTask<int> ReadAsync(long offset, Memory<byte> part, CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();

    /// <summary>Copies a part of the file to a response, straight into its buffers.</summary>
    public async ValueTask CopyAsync(PipeWriter body, long offset, long length, CancellationToken cancellation)
    {
        while (length > 0)
        {
            Memory<byte> part = body.GetMemory((int)Math.Min(length, PartBytes));
            int read = await ReadAsync(offset, part[..(int)Math.Min(length, part.Length)], cancellation);
            if (read == 0)
            {
                throw new IOException("The file has become shorter while it was sent.");
            }
            body.Advance(read);
            offset += read;
            length -= read;
            if ((await body.FlushAsync(cancellation)).IsCompleted)
            {
                return;
            }
        }
    }
}

/// <summary>A file on disk.</summary>
internal sealed class DiskContent(SafeFileHandle handle) : FileContent
{
    public override long Length { get; } = RandomAccess.GetLength(handle);

    protected override ValueTask<int> ReadAsync(long offset, Memory<byte> part, CancellationToken cancellation) =>
        RandomAccess.ReadAsync(handle, part, offset, cancellation);

    public override ValueTask DisposeAsync()
    {
        handle.Dispose();
        return default;
    }
}

/// <summary>A file that lies in memory.</summary>
internal sealed class MemoryContent(ReadOnlyMemory<byte> bytes) : FileContent
{
    public override long Length => bytes.Length;

    protected override ValueTask<int> ReadAsync(long offset, Memory<byte> part, CancellationToken cancellation)
    {
        int count = Math.Min(part.Length, PartBytes);
        bytes.Slice((int)offset, count).CopyTo(part);
        return new(count);
    }

    public override ValueTask DisposeAsync() => default;
}

/// <summary>A stream that can seek, from where it stands; it belongs to the response.</summary>
internal sealed class StreamContent(Stream stream) : FileContent
{
    private readonly long _start = stream.Position;

    public override long Length { get; } = stream.Length - stream.Position;

    protected override ValueTask<int> ReadAsync(long offset, Memory<byte> part, CancellationToken cancellation)
    {
        if (stream.Position != _start + offset)
        {
            stream.Position = _start + offset;
        }
        return stream.ReadAsync(part, cancellation);
    }

    public override ValueTask DisposeAsync() => stream.DisposeAsync();
}
