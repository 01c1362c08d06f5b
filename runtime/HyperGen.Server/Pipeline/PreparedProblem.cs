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

    private readonly ResponseHead _head;
    private readonly byte[] _body;

    private PreparedProblem(int status)
    {
        _head = new ResponseHead(status, ProblemDocument.ContentType);
        _body = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"type":"{{ProblemTypes.Uri(status)}}","title":"{{ProblemTypes.Title(status)}}","status":{{status}}}"""));
    }

    public static PreparedProblem BadRequest { get; } = new(StatusCodes.Status400BadRequest);

    public static PreparedProblem NotFound { get; } = new(StatusCodes.Status404NotFound);

    public static PreparedProblem MethodNotAllowed { get; } = new(StatusCodes.Status405MethodNotAllowed);

    public static PreparedProblem TooEarly { get; } = new(TooEarlyStatus);

    public void Write(RequestContext context) => context.Write(_head, _body);
}
