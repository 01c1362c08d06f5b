using HyperGen.Quic;
using HyperGen.Quic.Tests.Support;

namespace HyperGen.Benchmarks.Quic;

/// <summary>
/// A download in memory, taken apart: the server builds full packets, the client takes them and acknowledges, the server takes the acknowledgments. Each
/// step is asked for by itself; crypto is part of it.
/// </summary>
internal sealed class TransferWorkload
{
    /// <summary>Packets of a step.</summary>
    public const int Packets = 256;

    private readonly DirectPair _pair = new();
    private readonly byte[] _content = new byte[1 << 20];
    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private readonly byte[][] _packets = new byte[Packets][];
    private readonly List<byte[]> _acknowledgments = [];
    private readonly int[] _lengths = new int[Packets];
    private readonly QuicStream _stream;
    private QuicStream? _reading;

    /// <summary>Packets that were built and not taken yet: they must be, or the server would find them lost and send less.</summary>
    private int _pending;

    public TransferWorkload()
    {
        _stream = _pair.Server.TryOpenStream(unidirectional: true)!;
        for (int i = 0; i < Packets; i++)
        {
            _packets[i] = new byte[ConnectionLimits.Default.MaxDatagramSize];
        }

        // The window grows until it has room for a step and more.
        for (int i = 0; i < 2_000; i++)
        {
            Refill();
            _pair.Exchange();
            Read();
            _pair.Pass(TimeSpan.FromMilliseconds(1));
        }
    }

    /// <summary>Before <see cref="Build" />: nothing is under way, and there is something to send.</summary>
    public void PrepareBuild()
    {
        Process();
        for (int i = 0; i < 1_000 && (i < 3 || _stream.Buffered > 0); i++)
        {
            _pair.Advance(TimeSpan.FromMilliseconds(30));
            Read();
        }
        Refill();
        _pair.Pass(TimeSpan.FromSeconds(1));
    }

    /// <summary>The server builds and seals packets, one at a time; how many.</summary>
    public int Build()
    {
        while (_pending < Packets && _pair.Server.TryTransmit(_pair.Now, _packets[_pending].AsSpan(0, _pair.Server.DatagramSize), out Transmit transmit))
        {
            _lengths[_pending++] = transmit.Length;
            _pair.Pass(TimeSpan.FromMicroseconds(100));
        }
        return _pending;
    }

    /// <summary>The client opens and processes them.</summary>
    public void Process()
    {
        for (int i = 0; i < _pending; i++)
        {
            _pair.ClientEndpoint.HandleDatagram(_pair.Now, _pair.ToServer, EcnCodepoint.NotEct, _packets[i].AsSpan(0, _lengths[i]));
        }
        _pending = 0;
    }

    /// <summary>Before <see cref="Acknowledge" />: the client takes the packets, and acknowledges <paramref name="together" /> at a time.</summary>
    public void PrepareAcknowledge(int together)
    {
        _acknowledgments.Clear();
        for (int i = 0; i < Packets; i++)
        {
            _pair.ClientEndpoint.HandleDatagram(_pair.Now, _pair.ToServer, EcnCodepoint.NotEct, _packets[i].AsSpan(0, _lengths[i]));
            if (i % together != together - 1)
            {
                continue;
            }
            if (!_pair.Client.TryTransmit(_pair.Now, _buffer, out Transmit transmit))
            {
                throw new InvalidOperationException("Packets were taken and nothing is said of it.");
            }
            _acknowledgments.Add(_buffer[..transmit.SegmentSize]);
        }
        _pending = 0;
    }

    /// <summary>The server opens and processes the acknowledgments.</summary>
    public void Acknowledge()
    {
        foreach (byte[] acknowledgment in _acknowledgments)
        {
            _pair.ServerEndpoint.HandleDatagram(_pair.Now, _pair.ToClient, EcnCodepoint.NotEct, acknowledgment);
        }
    }

    private void Refill()
    {
        if (_stream.Buffered < _content.Length / 2)
        {
            _stream.WriteImmutable(_content);
        }
    }

    private void Read()
    {
        while (_pair.Client.TryGetEvent(out ConnectionEvent next))
        {
            _reading = next.Stream ?? _reading;
        }
        while (_reading is not null && _reading.Peek() is { IsEmpty: false } read)
        {
            _reading.Consume(read.Length);
        }
        while (_pair.Server.TryGetEvent(out _))
        {
        }
    }
}
