using Microsoft.AspNetCore.WebUtilities;

namespace HyperGen.Problems;

/// <summary>The <c>type</c> and <c>title</c> of a problem that says no more than its status; the URIs are those of ASP.NET Core.</summary>
internal static class ProblemTypes
{
    private const string Rfc9110 = "https://tools.ietf.org/html/rfc9110#section-";

    public static string Title(int status)
    {
        string phrase = ReasonPhrases.GetReasonPhrase(status);
        return phrase.Length > 0 ? phrase : "Unknown";
    }

    public static string Uri(int status) => status switch
    {
        400 => Rfc9110 + "15.5.1",
        401 => Rfc9110 + "15.5.2",
        402 => Rfc9110 + "15.5.3",
        403 => Rfc9110 + "15.5.4",
        404 => Rfc9110 + "15.5.5",
        405 => Rfc9110 + "15.5.6",
        406 => Rfc9110 + "15.5.7",
        407 => Rfc9110 + "15.5.8",
        408 => Rfc9110 + "15.5.9",
        409 => Rfc9110 + "15.5.10",
        410 => Rfc9110 + "15.5.11",
        411 => Rfc9110 + "15.5.12",
        412 => Rfc9110 + "15.5.13",
        413 => Rfc9110 + "15.5.14",
        414 => Rfc9110 + "15.5.15",
        415 => Rfc9110 + "15.5.16",
        416 => Rfc9110 + "15.5.17",
        417 => Rfc9110 + "15.5.18",
        421 => Rfc9110 + "15.5.20",
        422 => Rfc9110 + "15.5.21",
        425 => "https://tools.ietf.org/html/rfc8470#section-5.2",
        426 => Rfc9110 + "15.5.22",
        428 => "https://tools.ietf.org/html/rfc6585#section-3",
        429 => "https://tools.ietf.org/html/rfc6585#section-4",
        431 => "https://tools.ietf.org/html/rfc6585#section-5",
        500 => Rfc9110 + "15.6.1",
        501 => Rfc9110 + "15.6.2",
        502 => Rfc9110 + "15.6.3",
        503 => Rfc9110 + "15.6.4",
        504 => Rfc9110 + "15.6.5",
        505 => Rfc9110 + "15.6.6",
        _ => "about:blank",
    };
}
