using System.Globalization;
using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Problems;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Server.Pipeline;

/// <summary>The problem documents that answer requests which never reach an endpoint, made once: a flood of such requests must cost nothing. They carry no trace id.</summary>
internal sealed class PreparedProblem
{
    /// <summary>RFC 8470; ASP.NET Core has no name for it.</summary>
    private const int TooEarlyStatus = 425;

    private readonly byte[] _body;

    private PreparedProblem(int status)
    {
        Head = new ResponseHead(status, ProblemDocument.ContentType);
        _body = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"type":"{{ProblemTypes.Uri(status)}}","title":"{{ProblemTypes.Title(status)}}","status":{{status}}}"""));
    }

    public ResponseHead Head { get; }

    public ReadOnlySpan<byte> Body => _body;

    public static PreparedProblem BadRequest { get; } = new(StatusCodes.Status400BadRequest);

    public static PreparedProblem NotFound { get; } = new(StatusCodes.Status404NotFound);

    public static PreparedProblem MethodNotAllowed { get; } = new(StatusCodes.Status405MethodNotAllowed);

    public static PreparedProblem TooEarly { get; } = new(TooEarlyStatus);

    public static PreparedProblem HeaderFieldsTooLarge { get; } = new(StatusCodes.Status431RequestHeaderFieldsTooLarge);

    public void Write(RequestContext context) => context.Write(Head, _body);
}
