using System.Runtime.InteropServices;
using HyperGen.Quic;
using HyperGen.Transport.Interop;

namespace HyperGen.Transport.Udp;

/// <summary>
/// Gathers the datagrams of one turn of a shard and hands them to the kernel together: one message holds the datagrams of one connection (UDP_SEGMENT
/// cuts it), one system call many messages. Connections write straight into its memory.
/// </summary>
internal sealed unsafe class SendBatch : IDisposable
{
    /// <summary>The most datagrams in one message: the kernel refuses more than 64 in most versions.</summary>
    public const int MaxSegments = 64;

    /// <summary>The most bytes in one message: what the length of an IPv4 packet can say, less headers.</summary>
    public const int MaxMessage = 65_507;

    private const int Messages = 64;
    private const int MemoryLength = 4 * 65536;

    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(MemoryLength, 64);
    private readonly MessageEntry* _entries = (MessageEntry*)NativeMemory.AllocZeroed(Messages, (nuint)sizeof(MessageEntry));
    private readonly IoVector* _vectors = (IoVector*)NativeMemory.AllocZeroed(Messages, (nuint)sizeof(IoVector));
    private readonly byte* _addresses = (byte*)NativeMemory.AllocZeroed(Messages, SocketAddresses.MaxLength);
    private readonly byte* _controls = (byte*)NativeMemory.AlignedAlloc(Messages * ControlMessages.MaxLength, 64);
    private readonly int[] _segmentSizes = new int[Messages];
    private readonly UdpSocket _socket;
    private int _count;
    private int _used;
    private int _next;

    /// <param name="socket">Where to.</param>
    public SendBatch(UdpSocket socket) => _socket = socket;

    /// <summary>Datagrams that the kernel did not take, since the beginning. For QUIC they are lost packets.</summary>
    public long Dropped { get; private set; }

    /// <summary>Whether the kernel takes no more until the socket is writable: what was gathered is kept until the next <see cref="Flush"/>.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>
    /// Memory for the next message, <see cref="MaxMessage"/> bytes; what was gathered before is sent first when there is not enough left. False when there is
    /// none before the socket is writable.
    /// </summary>
    public bool TryGetMemory(out Span<byte> memory)
    {
        if (IsFull)
        {
            Flush();
        }
        memory = IsFull ? default : new Span<byte>(_memory + _used, MaxMessage);
        return !memory.IsEmpty;
    }

    /// <summary>Adds the message that was written to the memory of <see cref="TryGetMemory"/>.</summary>
    /// <param name="length">Its length.</param>
    /// <param name="segmentSize">The size of each datagram in it but the last; its length when it is one datagram.</param>
    /// <param name="path">Between which addresses it travels.</param>
    /// <param name="ecn">Its ECN bits.</param>
    public void Add(int length, int segmentSize, in NetworkPath path, EcnCodepoint ecn)
    {
        byte* address = _addresses + (_count * SocketAddresses.MaxLength);
        byte* control = _controls + (_count * ControlMessages.MaxLength);
        int controlLength = ControlMessages.Write(
            new Span<byte>(control, ControlMessages.MaxLength),
            length > segmentSize ? segmentSize : 0,
            ecn,
            _socket.IsWildcard ? path.Local : default,
            path.Remote.IsIPv4);
        _segmentSizes[_count] = segmentSize;
        _vectors[_count] = new IoVector { Base = _memory + _used, Length = (nuint)length };
        _entries[_count].Header = new MessageHeader
        {
            Name = address,
            NameLength = (uint)SocketAddresses.Write(new Span<byte>(address, SocketAddresses.MaxLength), path.Remote, _socket.IsIPv6),
            Vectors = &_vectors[_count],
            VectorCount = 1,
            Control = controlLength > 0 ? control : null,
            ControlLength = (nuint)controlLength,
        };
        _count++;
        _used = (_used + length + 63) & ~63;
    }

    /// <summary>Sends what was gathered, as far as the kernel takes it.</summary>
    public void Flush()
    {
        IsBlocked = false;
        while (_next < _count)
        {
            if (!_socket.SendsSegments && (int)_vectors[_next].Length > _segmentSizes[_next])
            {
                SendFirstSegment();
            }
            else if (Libc.SendMMsg(_socket.Descriptor, _entries + _next, (uint)MessagesFrom(_next), Constants.MSG_DONTWAIT) is > 0 and var sent)
            {
                _next += sent;
            }
            else if (!TryRecover(_next))
            {
                Dropped++;
                _next++;
            }
            if (IsBlocked)
            {
                return;
            }
        }
        _next = 0;
        _count = 0;
        _used = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_entries);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_addresses);
        NativeMemory.AlignedFree(_controls);
    }

    private bool IsFull => _count == Messages || MemoryLength - _used < MaxMessage;

    /// <summary>How many messages may go in one call: all, as long as the kernel cuts them.</summary>
    private int MessagesFrom(int first)
    {
        if (_socket.SendsSegments)
        {
            return _count - first;
        }
        int end = first;
        while (end < _count && (int)_vectors[end].Length <= _segmentSizes[end])
        {
            end++;
        }
        return end - first;
    }

    /// <summary>Whether the first message is worth another try.</summary>
    private bool TryRecover(int message)
    {
        switch (Marshal.GetLastPInvokeError())
        {
            case Constants.EINTR:
                return true;

            case Constants.EAGAIN:
                // The socket's buffer is full: the device is behind. That is no loss, and whoever sleeps next is woken when there is room.
                IsBlocked = true;
                return true;

            // The kernel or the device cannot cut messages (no checksum offload, for one).
            case Constants.EIO or Constants.EINVAL when (int)_vectors[message].Length > _segmentSizes[message]:
                _socket.SendsSegments = false;
                return true;

            // Dropped by the device's queue, too large for the path, no route, refused by a firewall: QUIC's own timers deal with the loss.
            default:
                return false;
        }
    }

    /// <summary>Sends the first datagram of a message that the kernel does not cut.</summary>
    private void SendFirstSegment()
    {
        IoVector whole = _vectors[_next];
        ref MessageEntry entry = ref _entries[_next];
        byte* control = entry.Header.Control;

        // UDP_SEGMENT is always the first ancillary message, 24 bytes long, of which the level stands behind the length.
        if (control is not null && *(int*)(control + sizeof(nuint)) == Constants.IPPROTO_UDP)
        {
            entry.Header.ControlLength -= 24;
            entry.Header.Control = entry.Header.ControlLength > 0 ? control + 24 : null;
        }
        var length = (nuint)_segmentSizes[_next];
        _vectors[_next] = whole with { Length = length };
        bool isSent = Libc.SendMMsg(_socket.Descriptor, _entries + _next, 1, Constants.MSG_DONTWAIT) > 0;
        bool isKept = !isSent && TryRecover(_next);
        if (!isSent && !isKept)
        {
            Dropped++;
        }
        _vectors[_next] = isKept ? whole : new IoVector { Base = whole.Base + length, Length = whole.Length - length };
    }
}
