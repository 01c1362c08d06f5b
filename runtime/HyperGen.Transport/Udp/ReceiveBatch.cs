using System.Runtime.InteropServices;
using HyperGen.Quic;
using HyperGen.Transport.Interop;

namespace HyperGen.Transport.Udp;

/// <summary>Buffers for the datagrams of one system call, laid out once and used for the life of a shard.</summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    /// <summary>Messages a call. Merged ones hold up to 64 datagrams each, so more would only delay the answers to the first.</summary>
    public const int Capacity = 16;

    private const int BufferLength = 65536;
    private const int Stride = BufferLength + SocketAddresses.MaxLength + 4 + ControlMessages.MaxLength;

    private readonly byte* _memory;
    private readonly MessageEntry* _entries;
    private readonly IoVector* _vectors;
    private readonly UdpSocket _socket;

    /// <param name="socket">Where from.</param>
    public ReceiveBatch(UdpSocket socket)
    {
        _socket = socket;
        _memory = (byte*)NativeMemory.AlignedAlloc(Capacity * Stride, 64);
        _entries = (MessageEntry*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(MessageEntry));
        _vectors = (IoVector*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(IoVector));
        for (int index = 0; index < Capacity; index++)
        {
            _vectors[index] = new IoVector { Base = Buffer(index), Length = BufferLength };
            _entries[index].Header = new MessageHeader
            {
                Name = Address(index),
                Vectors = &_vectors[index],
                VectorCount = 1,
                Control = Control(index),
            };
        }
    }

    /// <summary>How many messages the last call brought.</summary>
    public int Count { get; private set; }

    /// <summary>Takes what has arrived without waiting.</summary>
    /// <returns>How many messages there are: less than <see cref="Capacity"/> when nothing more waits.</returns>
    public int Receive()
    {
        for (int index = 0; index < Capacity; index++)
        {
            _entries[index].Header.NameLength = SocketAddresses.MaxLength;
            _entries[index].Header.ControlLength = ControlMessages.MaxLength;
        }

        // A failure is a passing one: nothing there, a signal, or an ICMP message about an earlier send, which must not be trusted.
        int count = Libc.RecvMMsg(_socket.Descriptor, _entries, Capacity, Constants.MSG_DONTWAIT, null);
        Count = Math.Max(count, 0);
        return Count;
    }

    /// <summary>A message of the last call.</summary>
    public ReceivedMessage this[int index]
    {
        get
        {
            ref MessageEntry entry = ref _entries[index];
            int length = (entry.Header.Flags & Constants.MSG_TRUNC) == 0 ? (int)entry.Length : 0;
            ControlMessages.Read(
                new ReadOnlySpan<byte>(entry.Header.Control, (int)entry.Header.ControlLength),
                out int segmentSize,
                out EcnCodepoint ecn,
                out NetworkAddress local);
            var path = new NetworkPath(SocketAddresses.Read(new ReadOnlySpan<byte>(entry.Header.Name, SocketAddresses.MaxLength)), local);
            return new ReceivedMessage(new Span<byte>(_vectors[index].Base, length), segmentSize > 0 ? segmentSize : Math.Max(length, 1), path, ecn);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_entries);
        NativeMemory.Free(_vectors);
    }

    private byte* Buffer(int index) => _memory + (index * Stride);

    private byte* Address(int index) => Buffer(index) + BufferLength;

    private byte* Control(int index) => Address(index) + SocketAddresses.MaxLength + 4;
}
