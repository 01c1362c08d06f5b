using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using HyperGen.Http3;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;
using HyperGen.Http3.Streams;
using HyperGen.Tls;
using HyperGen.Transport.Interop;
using HyperGen.Transport.Shards;

namespace HyperGen.Benchmarks.Connections;

/// <summary>Connects so many times, and makes a request on each.</summary>
internal sealed class Clients(Shard shard, int port, int count) : IShardWork
{
    private static readonly byte[] s_request = Encode();

    public void Run()
    {
        for (int index = 0; index < count; index++)
        {
            Http3Connection connection = shard.Connect(SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Loopback, port)), static parameters => new ClientHandshake(
                HandshakeOptions.Default,
                new ClientOptions { ServerName = "test", ApplicationProtocols = [SslApplicationProtocol.Http3], TransportParameters = parameters },
                RandomNumberGenerator.Fill));
            connection.OnReady = static connection =>
            {
                var request = new Request();
                if (connection.TryOpen(request))
                {
                    request.Send();
                }
            };
        }
    }

    private static byte[] Encode()
    {
        var section = new byte[128];
        int length = FieldSectionEncoder.WritePrefix(section);
        foreach ((string name, string value) in new[] { (":method", "GET"), (":scheme", "https"), (":authority", "test"), (":path", "/") })
        {
            length += FieldSectionEncoder.Write(section.AsSpan(length), Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        }
        var frame = new byte[256];
        int header = FrameWriter.WriteHeader(frame, FrameType.Headers, (ulong)length);
        section.AsSpan(0, length).CopyTo(frame.AsSpan(header));
        return frame[..(header + length)];
    }

    private sealed class Request() : RequestStream(isServer: false, new Http3Options())
    {
        public void Send()
        {
            Write(s_request);
            Finish();
        }

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
            if (IsReceived)
            {
                Retire();
            }
        }

        protected override void OnCancelled(ErrorCode code) => Retire();

        protected override void OnWritable()
        {
        }
    }
}
