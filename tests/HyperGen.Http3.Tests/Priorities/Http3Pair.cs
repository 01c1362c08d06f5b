using System.Diagnostics.CodeAnalysis;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Priorities;
using HyperGen.Http3.Qpack;
using HyperGen.Http3.Streams;
using HyperGen.Http3.Tests.Messages;
using HyperGen.Quic;

namespace HyperGen.Http3.Tests.Priorities;

/// <summary>A client and a server on the two ends of a perfect link. The test says when a side may speak, and when a request is answered.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Endpoints are disposed when they have no connections; these are only forgotten.")]
internal sealed class Http3Pair : IRequestStreamSource
{
    private static readonly NetworkPath s_toServer = new(NetworkAddress.FromIPv4(2, 443), NetworkAddress.FromIPv4(1, 1111));
    private static readonly NetworkPath s_toClient = new(NetworkAddress.FromIPv4(1, 1111), NetworkAddress.FromIPv4(2, 443));

    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private readonly Endpoint _clients;
    private readonly Endpoint _servers;
    private readonly Http3Options _options = new();
    private Timestamp _now = new(TimeSpan.TicksPerHour);

    public Http3Pair()
    {
        var random = new SeededRandom(1);
        _clients = new Endpoint(new() { Random = random.Fill, ResetKey = new byte[32] });
        _servers = new Endpoint(new() { Random = random.Fill, ResetKey = new byte[32], CreateServerHandshake = parameters => TestTls.Server(parameters, random) });
        Client = new Http3Connection(_clients.Connect(_now, s_toServer, parameters => TestTls.Client(parameters, random)), _options, source: null);
        Exchange();
        Assert.Equal(ConnectionState.Established, Server!.Quic.State);
    }

    public Http3Connection Client { get; }

    public Http3Connection? Server { get; private set; }

    /// <summary>The requests that have reached the server, in the order of their streams.</summary>
    public List<HeldRequest> Requests { get; } = [];

    /// <summary>The streams whose responses are complete at the client, in the order in which they were.</summary>
    public List<long> Completed { get; } = [];

    /// <summary>The client's control stream, to write onto it what no client of ours would.</summary>
    public QuicStream ControlStream => Client.Quic.FindStream(new StreamId(2))!;

    RequestStream IRequestStreamSource.TryRent()
    {
        var request = new HeldRequest(_options);
        Requests.Add(request);
        return request;
    }

    /// <summary>Begins a request, which is sent when the client speaks next.</summary>
    public SentRequest Ask(string? priority = null)
    {
        var request = new SentRequest(this, _options);
        Assert.True(Client.TryOpen(request));
        request.Send(Wire.Headers([.. Wire.Get, .. priority is null ? [] : new[] { ("priority", priority) }]), isEnd: true);
        return request;
    }

    /// <summary>Writes a PRIORITY_UPDATE as it is given.</summary>
    public void Update(long id, string value, ulong type = 0xf0700)
    {
        var payload = new byte[VarInt.MaxLength];
        int length = VarInt.Write(payload, (ulong)id);
        ControlStream.Write(Wire.Frame(type, [.. payload[..length], .. System.Text.Encoding.Latin1.GetBytes(value)]));
    }

    /// <summary>Where the server's stream stands; null when it is not there.</summary>
    public (int Urgency, bool Incremental)? PriorityOf(long id) => Server!.Quic.FindStream(new StreamId(id)) is { } stream ? (stream.Urgency, stream.Incremental) : null;

    /// <summary>Lets both sides speak until neither has anything to say.</summary>
    public void Exchange()
    {
        while (ToServer() | ToClient())
        {
            _now += TimeSpan.FromMicroseconds(20);
        }
    }

    /// <summary>Lets enough time pass that everything is acknowledged.</summary>
    public void Rest()
    {
        Exchange();
        _now += TimeSpan.FromMilliseconds(100);
        Client.Quic.HandleTimeout(_now);
        Server!.Quic.HandleTimeout(_now);
        Exchange();
    }

    /// <summary>The client speaks, and the server acts on it.</summary>
    public bool ToServer()
    {
        bool any = false;
        while (Client.Quic.TryTransmit(_now, _buffer, out Transmit transmit))
        {
            any = true;
            if (_servers.HandleBatch(_now, s_toClient, transmit, _buffer) is { } accepted)
            {
                Server ??= new Http3Connection(accepted, _options, this);
            }
        }
        Handle(Server!);
        return any;
    }

    /// <summary>The server speaks, and the client acts on it.</summary>
    public bool ToClient()
    {
        bool any = false;
        while (Server!.Quic.TryTransmit(_now, _buffer, out Transmit transmit))
        {
            any = true;
            _clients.HandleBatch(_now, s_toServer, transmit, _buffer);
            Handle(Client);
        }
        Handle(Client);
        return any;
    }

    private void Handle(Http3Connection http)
    {
        while (http.Quic.TryGetEvent(out ConnectionEvent next))
        {
            if (next.Kind == ConnectionEventKind.HandshakeQuestion)
            {
                TestTls.Answer(http.Quic);
                http.Quic.HandleAnswer(_now);
            }
            else
            {
                http.Handle(_now, next);
            }
        }
    }

    /// <summary>A request at the client, which looks at nothing but the length and the end of its response.</summary>
    internal sealed class SentRequest(Http3Pair pair, Http3Options options) : RequestStream(isServer: false, options)
    {
        public int Received { get; private set; }

        public void Send(byte[] bytes, bool isEnd)
        {
            Write(bytes);
            if (isEnd)
            {
                Finish();
            }
        }

        protected override void OnHead(FieldSection fields, in MessageHead head)
        {
        }

        protected override void OnOversizedHead()
        {
        }

        protected override int OnContent(ReadOnlySpan<byte> content)
        {
            Received += content.Length;
            return content.Length;
        }

        protected override void OnEnd()
        {
        }

        protected override void OnReceived()
        {
            if (IsReceived)
            {
                pair.Completed.Add(Id.Value);
                Retire();
            }
        }

        protected override void OnCancelled(ErrorCode code) => Retire();

        protected override void OnWritable()
        {
        }
    }

    /// <summary>A request at the server, which is answered when the test says so.</summary>
    internal sealed class HeldRequest(Http3Options options) : RequestStream(isServer: true, options)
    {
        /// <summary>Answers with so much content, and is done with the request.</summary>
        public void Answer(int length)
        {
            ReadOnlySpan<byte> head = ResponseBlock.Create(200).Encoded;
            Write(Wire.Frame(1, head));
            Write(Wire.Frame(0, new byte[length]));
            Finish();
            Retire();
        }

        public void State(PriorityParameters priority) => StatePriority(priority);

        protected override void OnHead(FieldSection fields, in MessageHead head)
        {
        }

        protected override void OnOversizedHead()
        {
        }

        protected override int OnContent(ReadOnlySpan<byte> content) => content.Length;

        protected override void OnEnd()
        {
        }

        protected override void OnReceived()
        {
        }

        protected override void OnCancelled(ErrorCode code)
        {
            if (IsAttached)
            {
                Retire();
            }
        }

        protected override void OnWritable()
        {
        }
    }
}
