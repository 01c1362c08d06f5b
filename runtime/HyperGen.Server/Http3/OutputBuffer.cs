using System.Buffers;

namespace HyperGen.Server.Http3;

/// <summary>Bytes on their way to a stream, in one rented array that grows. It is kept from request to request unless it grew large.</summary>
internal sealed class OutputBuffer
{
    private const int InitialLength = 512;

    /// <summary>Arrays longer than this go back to where they were rented when the buffer is emptied.</summary>
    public const int KeptLength = 16 * 1024;

    private byte[] _bytes = [];

    /// <summary>The bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>What was written from a place on, to be changed.</summary>
    public Span<byte> From(int start) => _bytes.AsSpan(start, Length - start);

    /// <summary>Room for at least so many bytes.</summary>
    public Span<byte> GetSpan(int sizeHint) => GetMemory(sizeHint).Span;

    /// <summary>Room for at least so many bytes.</summary>
    public Memory<byte> GetMemory(int sizeHint)
    {
        int wanted = Length + Math.Max(sizeHint, 1);
        if (wanted > _bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(InitialLength, Math.Max(wanted, _bytes.Length * 2)));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        return _bytes.AsMemory(Length);
    }

    /// <summary>Says how much of the room was written.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Copies bytes in.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Makes it empty.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > KeptLength)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }
}
