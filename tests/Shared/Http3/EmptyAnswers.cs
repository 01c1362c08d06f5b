using HyperGen.Http3;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;
using HyperGen.Http3.Streams;

namespace HyperGen.Testing;

/// <summary>Answers every request with 204 and uses the objects again.</summary>
internal sealed class EmptyAnswers : IRequestStreamSource
{
    private readonly Stack<RequestStream> _idle = new();

    public RequestStream TryRent() => _idle.TryPop(out RequestStream? idle) ? idle : new Answer(_idle);

    private sealed class Answer(Stack<RequestStream> idle) : RequestStream(isServer: true, new Http3Options())
    {
        private static readonly byte[] s_head = Encode();

        protected override void OnHead(FieldSection fields, in MessageHead head)
        {
        }

        protected override void OnOversizedHead()
        {
        }

        protected override int OnContent(ReadOnlySpan<byte> content) => content.Length;

        protected override void OnEnd()
        {
            Write(s_head);
            Finish();
        }

        protected override void OnReceived()
        {
            if (IsReceived)
            {
                End();
            }
        }

        protected override void OnCancelled(ErrorCode code) => End();

        protected override void OnWritable()
        {
        }

        private void End()
        {
            Retire();
            idle.Push(this);
        }

        private static byte[] Encode()
        {
            ReadOnlySpan<byte> block = ResponseBlock.Create(204).Encoded;
            var frame = new byte[64];
            int header = FrameWriter.WriteHeader(frame, FrameType.Headers, (ulong)block.Length);
            block.CopyTo(frame.AsSpan(header));
            return frame[..(header + block.Length)];
        }
    }
}
