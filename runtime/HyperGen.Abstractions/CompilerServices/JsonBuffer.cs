using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HyperGen.CompilerServices;

/// <summary>A growing buffer with a JSON writer on it, kept on the request context, so that a JSON response allocates nothing of its own.</summary>
/// <remarks>It is rented and returned with <c>Rent</c> and <see cref="Dispose"/>, so two requests on one context never share content.</remarks>
internal sealed class JsonBuffer : IBufferWriter<byte>, IDisposable
{
    /// <summary>What an idle connection keeps; larger buffers go back to the pool after each response.</summary>
    private const int KeptBytes = 4096;

    private byte[] _bytes = [];
    private int _written;
    private Utf8JsonWriter? _writer;
    private JsonSerializerOptions? _options;
    private bool _oneLine;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _written);

    /// <summary>How the serializer's options want JSON to be formatted.</summary>
    public static JsonWriterOptions WriterOptions(JsonSerializerOptions options) => new()
    {
        Encoder = options.Encoder,
        Indented = options.WriteIndented,
        IndentCharacter = options.IndentCharacter,
        IndentSize = options.IndentSize,
        NewLine = options.NewLine,
        MaxDepth = options.MaxDepth,
        // The serializer emits well-formed JSON, so the writer need not check it a second time: ASP.NET Core skips validation too.
        SkipValidation = true,
    };

    /// <summary>The writer, empty.</summary>
    /// <param name="options">How to format; null for documents of our own.</param>
    /// <param name="oneLine">Whether the document has to be one line, whatever the options say.</param>
    public Utf8JsonWriter Rent(JsonSerializerOptions? options = null, bool oneLine = false)
    {
        _written = 0;
        // An application has one set of options, so their identity tells whether the writer that is there will do.
        if (_writer is not null && ReferenceEquals(_options, options) && _oneLine == oneLine)
        {
            _writer.Reset();
            return _writer;
        }
        // Our own documents are never a part of HTML, so text stays readable: an apostrophe is not \u0027 there.
        JsonWriterOptions format = options is null ? new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping } : WriterOptions(options);
        format.Indented &= !oneLine;
        (_options, _oneLine) = (options, oneLine);
        return _writer = new Utf8JsonWriter(this, format);
    }

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_written);
    }

    /// <summary>Ends one use of the buffer, whether it succeeded or threw.</summary>
    public void Dispose()
    {
        _written = 0;
        if (_bytes.Length > KeptBytes)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    private void Reserve(int sizeHint)
    {
        int needed = checked(_written + Math.Max(sizeHint, 1));
        if (needed <= _bytes.Length)
        {
            return;
        }
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(_bytes.Length * 2, 1024)));
        Written.CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
        _bytes = larger;
    }
}
