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

    /// <param name="socket">Where to.</param>
    public SendBatch(UdpSocket socket) => _socket = socket;

    /// <summary>Datagrams that the kernel did not take, since the beginning. For QUIC they are lost packets.</summary>
    public long Dropped { get; private set; }

    /// <summary>Memory for the next message, <see cref="MaxMessage"/> bytes; what was gathered before is sent first when there is not enough left.</summary>
    public Span<byte> GetMemory()
    {
        if (_count == Messages || MemoryLength - _used < MaxMessage)
        {
            Flush();
        }
        return new Span<byte>(_memory + _used, MaxMessage);
    }

    /// <summary>Adds the message that was written to <see cref="GetMemory"/>.</summary>
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

    /// <summary>Sends what was gathered.</summary>
    public void Flush()
    {
        int next = 0;
        while (next < _count)
        {
            if (!_socket.SendsSegments && (int)_vectors[next].Length > _segmentSizes[next])
            {
                SendOneByOne(next++);
                continue;
            }
            int sent = Libc.SendMMsg(_socket.Descriptor, _entries + next, (uint)MessagesFrom(next), Constants.MSG_DONTWAIT);
            if (sent > 0)
            {
                next += sent;
            }
            else if (!TryRecover(next))
            {
                Dropped++;
                next++;
            }
        }
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

            case Constants.EAGAIN or Constants.ENOBUFS:
                // The device is behind. A millisecond for it to catch up costs less than the loss, and a dead device does not stop the shard.
                PollEntry entry = new() { Descriptor = _socket.Descriptor, Events = Constants.POLLOUT };
                TimeSpec time = new() { Nanoseconds = 1_000_000 };
                return Libc.PPoll(&entry, 1, &time, null) > 0;

            // The kernel or the device cannot cut messages (no checksum offload, for one).
            case Constants.EIO or Constants.EINVAL when (int)_vectors[message].Length > _segmentSizes[message]:
                _socket.SendsSegments = false;
                return true;

            // Too large for the path, no route, refused by a firewall: QUIC's own timers deal with the loss.
            default:
                return false;
        }
    }

    private void SendOneByOne(int message)
    {
        IoVector whole = _vectors[message];
        ref MessageEntry entry = ref _entries[message];
        byte* control = entry.Header.Control;
        if (control is not null)
        {
            // UDP_SEGMENT is always the first ancillary message, 24 bytes long.
            entry.Header.ControlLength -= 24;
            entry.Header.Control = entry.Header.ControlLength > 0 ? control + 24 : null;
        }
        for (nuint offset = 0; offset < whole.Length; offset += (nuint)_segmentSizes[message])
        {
            _vectors[message] = new IoVector { Base = whole.Base + offset, Length = nuint.Min((nuint)_segmentSizes[message], whole.Length - offset) };
            if (Libc.SendMMsg(_socket.Descriptor, _entries + message, 1, Constants.MSG_DONTWAIT) < 1 && !TryRecover(message))
            {
                Dropped++;
            }
        }
    }
}
