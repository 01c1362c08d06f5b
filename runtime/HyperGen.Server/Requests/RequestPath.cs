using System.Text;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Requests;

/// <summary>Path and query of a request as UTF-8, in buffers that the next request uses again.</summary>
internal struct RequestPath()
{
    /// <summary>Enough for nearly all paths; a longer one makes it grow.</summary>
    private const int InitialLength = 256;

    private byte[] _path = new byte[InitialLength];
    private int _pathLength;
    private byte[] _query = [];
    private int _queryLength;
    private string _queryText = "";

    /// <summary>The path as the server decoded it: as long as it is the same string, nobody has rewritten it.</summary>
    private string? _decoded;

    public readonly ReadOnlySpan<byte> Path => _path.AsSpan(0, _pathLength);

    /// <summary>The query without the question mark, transcoded on first use: few endpoints read it.</summary>
    public ReadOnlySpan<byte> Query
    {
        get
        {
            if (_queryLength < 0)
            {
                ReadOnlySpan<char> query = _queryText.AsSpan();
                _queryLength = Transcode(query is ['?', ..] ? query[1..] : query, ref _query);
            }
            return _query.AsSpan(0, _queryLength);
        }
    }

    /// <summary>Whether there is a request whose path and query these are.</summary>
    public readonly bool IsRead => _decoded is not null;

    /// <summary>Whether the target has a path that is text; if not, the path is empty.</summary>
    public bool IsValid { get; private set; } = true;

    /// <summary>Reads the target as the client sent it.</summary>
    public void Read(IHttpRequestFeature request)
    {
        _decoded = request.Path;
        string target = request.RawTarget;
        if (target.StartsWith('/'))
        {
            int query = target.IndexOf('?', StringComparison.Ordinal);
            ReadOnlySpan<char> path = query < 0 ? target : target.AsSpan(0, query);
            Reserve(ref _path, path.Length);
            IsValid = PathNormalizer.TryNormalize(path, _path, out _pathLength);
        }
        else
        {
            // The absolute form, which proxies send, and what servers without a raw target leave us.
            ReadDecoded(_decoded);
        }
        ReadQuery(request.QueryString);
    }

    /// <summary>Reads a request that may have been rewritten on its way through the pipeline.</summary>
    public void Read(HttpRequest request)
    {
        string path = request.Path.Value ?? "";
        if (!ReferenceEquals(path, _decoded))
        {
            _decoded = path;
            ReadDecoded(path);
        }
        ReadQuery(request.QueryString.Value ?? "");
    }

    /// <summary>Forgets the request.</summary>
    public void Clear()
    {
        _decoded = null;
        _pathLength = 0;
        ReadQuery("");
    }

    private void ReadDecoded(string path)
    {
        _pathLength = Transcode(path, ref _path);
        IsValid = true;
    }

    private void ReadQuery(string query)
    {
        _queryText = query;
        _queryLength = query.Length == 0 ? 0 : -1;
    }

    private static int Transcode(ReadOnlySpan<char> text, ref byte[] buffer)
    {
        // A UTF-16 code unit becomes three bytes of UTF-8 at most.
        Reserve(ref buffer, text.Length * 3);
        return Encoding.UTF8.GetBytes(text, buffer);
    }

    private static void Reserve(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new byte[length];
        }
    }
}
