using System.Net;
using HyperGen.Http3;
using HyperGen.Server.Hosting;
using HyperGen.Server.Pipeline;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Http3;

/// <summary>What all HTTP/3 requests of a listener share.</summary>
/// <param name="Application">Runs the requests.</param>
/// <param name="StraightWay">Knows whether requests may go straight to their endpoints.</param>
/// <param name="Services">What all requests of the application share.</param>
/// <param name="Protocol">The limits.</param>
/// <param name="LocalEndPoint">Where the listener listens.</param>
/// <param name="Time">Measures what runs on the shards.</param>
/// <param name="Logger">Is told of failures.</param>
internal sealed record Http3Host(
    HyperApplication Application,
    StraightWay StraightWay,
    ServerServices Services,
    Http3Options Protocol,
    IPEndPoint LocalEndPoint,
    TimeProvider Time,
    ILogger Logger);
