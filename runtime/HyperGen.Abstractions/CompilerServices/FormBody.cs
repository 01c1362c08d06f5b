using System.ComponentModel;
using Microsoft.AspNetCore.Http;

namespace HyperGen.CompilerServices;

/// <summary>The form of a request; without one it holds no fields and no files.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct FormBody
{
    private readonly IFormCollection? _form;
    private readonly int _status;
    private readonly string? _detail;

    internal FormBody(IFormCollection form) => _form = form;

    internal FormBody(int status, string detail)
    {
        _status = status;
        _detail = detail;
    }

    /// <summary>The fields and files.</summary>
    public IFormCollection Fields => _form ?? FormCollection.Empty;

    /// <summary>Whether the request has a form that can be read.</summary>
    public bool Exists => _form is not null;

    /// <summary>How to answer where ASP.NET Core's reader has failed because of what the client has sent; null where that is not the reason.</summary>
    internal static (int Status, string Detail)? Refusal(Exception? failure) => failure switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (StatusCodes.Status413PayloadTooLarge, "The request body is larger than this endpoint accepts."),
        BadHttpRequestException bad => (bad.StatusCode, "The request body cannot be read to its end."),
        // ASP.NET Core's sentence names the limit that was passed, or what is malformed.
        InvalidDataException => (StatusCodes.Status400BadRequest, "The form is not accepted: " + failure.Message),
        IOException => (StatusCodes.Status400BadRequest, "The request body was cut off."),
        _ => null,
    };

    /// <summary>Notes why the form cannot be accepted, if so.</summary>
    /// <param name="errors">Where to.</param>
    public void Check(ref BindingErrors errors)
    {
        if (_detail is not null)
        {
            errors.Refuse(_status, _detail);
        }
    }
}
