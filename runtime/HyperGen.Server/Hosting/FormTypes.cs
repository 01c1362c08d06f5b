using Microsoft.AspNetCore.Mvc.ApiExplorer;

namespace HyperGen.Server.Hosting;

/// <summary>The content types in which an endpoint accepts its form, in the order of ASP.NET Core's own minimal APIs.</summary>
/// <remarks>ASP.NET Core's own metadata for it would have its routing refuse other types, with an empty 415: the endpoint says in its answer what would be right.</remarks>
internal sealed record FormTypes(IReadOnlyList<string> Names)
{
    private const string Parts = "multipart/form-data";

    /// <summary>A form with files.</summary>
    public static FormTypes InParts { get; } = new([Parts]);

    public static FormTypes Any { get; } = new([Parts, "application/x-www-form-urlencoded"]);
}

/// <summary>Adds <see cref="FormTypes"/> to what OpenAPI documents are made from, unless the program has said what the endpoint consumes.</summary>
internal sealed class FormDescriptions : IApiDescriptionProvider
{
    /// <summary>After ASP.NET Core's providers, which make the descriptions: theirs are below zero.</summary>
    public int Order => 0;

    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
        foreach (ApiDescription description in context.Results)
        {
            if (description.SupportedRequestFormats.Count > 0 || description.ActionDescriptor.EndpointMetadata?.OfType<FormTypes>().FirstOrDefault() is not { } types)
            {
                continue;
            }
            foreach (string name in types.Names)
            {
                description.SupportedRequestFormats.Add(new ApiRequestFormat { MediaType = name });
            }
        }
    }

    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
        // All is done before.
    }
}
