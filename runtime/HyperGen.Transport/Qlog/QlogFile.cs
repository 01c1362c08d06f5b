using System.Buffers;

namespace HyperGen.Transport.Qlog;

/// <summary>The trace of one connection. A full disk ends it; the connection goes on.</summary>
/// <param name="file">The file, without a buffer of its own.</param>
/// <param name="maxLength">Nothing is written once it is so long.</param>
internal sealed class QlogFile(FileStream file, int maxLength) : IBufferWriter<byte>, IDisposable
{
    private const int FlushedAt = 32 << 10;

    private readonly ArrayBufferWriter<byte> _pending = new(FlushedAt + 4096);
    private long _written;
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
                _written += _pending.WrittenCount;
                _isBroken = _written >= maxLength;
            }
        }
        catch (IOException)
        {
            _isBroken = true;
        }
        _pending.ResetWrittenCount();
    }
}
