using System.Buffers;

namespace HyperGen.Quic.Qlog;

/// <summary>
/// The beginning of a trace, in memory until it is known whether it is worth a file. Records beyond <see cref="MaxLength" /> are left out, each as a whole.
/// </summary>
internal sealed class HeldRecords : IBufferWriter<byte>
{
    /// <summary>16 KiB: what a handshake comes to, three times.</summary>
    public const int MaxLength = 16 << 10;

    private byte[] _bytes = new byte[4 << 10];
    private int _length;
    private int _kept;

    /// <summary>The records that are held.</summary>
    public ReadOnlySpan<byte> Records => _bytes.AsSpan(0, _kept);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = _length + Math.Max(1, sizeHint);
        if (needed > _bytes.Length) Array.Resize(ref _bytes, Math.Max(needed, 2 * _bytes.Length));
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>What was written since the last call is a record: it is kept if there is room for it.</summary>
    public void EndRecord()
    {
        if (_length <= MaxLength)
        {
            _kept = _length;
            return;
        }

        // A packet of a thousand PING frames makes a record longer than all that is held.
        _length = _kept;
        if (_bytes.Length > MaxLength) Array.Resize(ref _bytes, MaxLength);
    }
}
