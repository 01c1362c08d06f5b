using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace HyperGen.CompilerServices;

public static partial class Bind
{
    /// <summary>Reads the form by ASP.NET Core's own reader, within the limits of its <see cref="FormOptions"/>. It throws nothing that a client could cause.</summary>
    /// <param name="context">The request.</param>
    /// <param name="required">Whether an endpoint that asks for the form cannot do without.</param>
    public static async ValueTask<FormBody> FormAsync(RequestContext context, bool required)
    {
        if (!HasBody(context))
        {
            return required ? new FormBody(400, "A form is required.") : default;
        }
        HttpRequest request = context.HttpContext.Request;
        if (!request.HasFormContentType)
        {
            return new FormBody(415, "The body must be a form: send it as multipart/form-data or application/x-www-form-urlencoded.");
        }
        if (request.ContentLength > MaxBody(context))
        {
            return new FormBody(413, "The request body is larger than this endpoint accepts.");
        }
        if (context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false })
        {
            return new FormBody(400, "The antiforgery token of the form is missing or not valid.");
        }
        try
        {
            return new FormBody(await request.ReadFormAsync(context.Aborted));
        }
        catch (Exception failure) when (FormBody.Refusal(failure) is not null)
        {
            (int status, string detail) = FormBody.Refusal(failure)!.Value;
            return new FormBody(status, detail);
        }
    }

    /// <summary>A field that must be there.</summary>
    public static T Form<T, TParser>(in FormBody form, string name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        StringValues values = form.Fields[name];
        if (values.Count > 0)
        {
            return ParseText<T, TParser>(values.ToString(), name, ref errors);
        }
        if (form.Exists)
        {
            errors.Add(name, "A value is required in the form.");
        }
        return default!;
    }

    /// <summary>A field that the form may leave out, or leave empty.</summary>
    public static T FormOr<T, TParser>(in FormBody form, string name, T? absent, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        StringValues values = form.Fields[name];
        return IsAbsent<T>(values) ? absent! : ParseText<T, TParser>(values.ToString(), name, ref errors);
    }

    /// <summary>All values of a field, in the order of the form; null when there is none.</summary>
    public static T[]? FormAll<T, TParser>(in FormBody form, string name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        StringValues values = form.Fields[name];
        return values.Count == 0 ? null : ParseTexts<T, TParser>(values!, name, ref errors);
    }

    /// <summary>All values of a field as text.</summary>
    public static StringValues FormTexts(in FormBody form, string name, ref BindingErrors errors) => form.Fields[name];

    /// <summary>A file that must be there.</summary>
    public static IFormFile File(in FormBody form, string name, ref BindingErrors errors)
    {
        IFormFile? file = form.Fields.Files.GetFile(name);
        if (file is null && form.Exists)
        {
            errors.Add(name, "A file is required in the form.");
        }
        return file!;
    }

    /// <summary>A file that the form may leave out.</summary>
    public static IFormFile? FileOrNull(in FormBody form, string name) => form.Fields.Files.GetFile(name);
}
