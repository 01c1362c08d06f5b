namespace HyperGen.Generator.Parsing;

/// <summary>The metadata names of what ASP.NET Core reads from attributes.</summary>
internal static class MetadataNames
{
    public const string RequestSizeLimitMetadata = "Microsoft.AspNetCore.Http.Metadata.IRequestSizeLimitMetadata";
    public const string DisableRequestSizeLimit = "Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute";
    public const string AuthorizeData = "Microsoft.AspNetCore.Authorization.IAuthorizeData";
    public const string AuthorizationRequirementData = "Microsoft.AspNetCore.Authorization.IAuthorizationRequirementData";
    public const string AllowAnonymous = "Microsoft.AspNetCore.Authorization.IAllowAnonymous";
    public const string Cors = "Microsoft.AspNetCore.Cors.Infrastructure.ICorsMetadata";
    public const string Antiforgery = "Microsoft.AspNetCore.Antiforgery.IAntiforgeryMetadata";
    public const string RequireAntiforgeryToken = "Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute";
    public const string EnableRateLimiting = "Microsoft.AspNetCore.RateLimiting.EnableRateLimitingAttribute";
    public const string RequestTimeout = "Microsoft.AspNetCore.Http.Timeouts.RequestTimeoutAttribute";
    public const string OutputCache = "Microsoft.AspNetCore.OutputCaching.OutputCacheAttribute";
    public const string Host = "Microsoft.AspNetCore.Routing.IHostMetadata";
    public const string MvcController = "Microsoft.AspNetCore.Mvc.ControllerAttribute";
    public const string MvcNonController = "Microsoft.AspNetCore.Mvc.NonControllerAttribute";
    public const string MvcFilter = "Microsoft.AspNetCore.Mvc.Filters.IFilterMetadata";
    public const string MvcAuthorizationFilter = "Microsoft.AspNetCore.Mvc.Filters.IAuthorizationFilter";
    public const string MvcAsyncAuthorizationFilter = "Microsoft.AspNetCore.Mvc.Filters.IAsyncAuthorizationFilter";
}
