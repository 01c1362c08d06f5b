using System.Text;
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

    /// <summary>Reads a request as the server decoded it.</summary>
    public void Read(IHttpRequestFeature request) => Read(request.Path, request.QueryString);

    /// <summary>Reads a request that may have been rewritten on its way through the pipeline.</summary>
    public void Read(HttpRequest request) => Read(request.Path.Value ?? "", request.QueryString.Value ?? "");

    private void Read(string path, string query)
    {
        _pathLength = Transcode(path, ref _path);
        _queryText = query;
        _queryLength = query.Length == 0 ? 0 : -1;
    }

    private static int Transcode(ReadOnlySpan<char> text, ref byte[] buffer)
    {
        // A UTF-16 code unit becomes three bytes of UTF-8 at most.
        if (buffer.Length < text.Length * 3)
        {
            buffer = new byte[text.Length * 3];
        }
        return Encoding.UTF8.GetBytes(text, buffer);
    }
}
