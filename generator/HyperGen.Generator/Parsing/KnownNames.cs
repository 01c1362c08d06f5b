namespace HyperGen.Generator.Parsing;

/// <summary>The metadata names of the types that give programs their meaning.</summary>
internal static class KnownNames
{
    public const string HyperController = "HyperGen.HyperControllerAttribute";
    public const string Group = "HyperGen.GroupAttribute";
    public const string Verb = "HyperGen.VerbAttribute";
    public const string Use = "HyperGen.UseAttribute`1";
    public const string MaxBody = "HyperGen.MaxBodyAttribute";
    public const string Deadline = "HyperGen.DeadlineAttribute";
    public const string Priority = "HyperGen.PriorityAttribute";
    public const string Push = "HyperGen.PushAttribute";
    public const string EarlyData = "HyperGen.EarlyDataAttribute";
    public const string Inline = "HyperGen.InlineAttribute";
    public const string RequestContext = "HyperGen.RequestContext";
    public const string Next = "HyperGen.INext";
    public const string Reply = "HyperGen.Reply";
    public const string HyperApp = "HyperGen.HyperApp";
    public const string Manifest = "HyperGen.CompilerServices.HyperGenManifestAttribute";

    public const string ValueTask = "System.Threading.Tasks.ValueTask";
    public const string Disposable = "System.IDisposable";
    public const string AsyncDisposable = "System.IAsyncDisposable";
    public const string HttpContext = "Microsoft.AspNetCore.Http.HttpContext";
    public const string FromKeyedServices = "Microsoft.Extensions.DependencyInjection.FromKeyedServicesAttribute";
    public const string ActivatorUtilitiesConstructor = "Microsoft.Extensions.DependencyInjection.ActivatorUtilitiesConstructorAttribute";
    public const string SetsRequiredMembers = "System.Diagnostics.CodeAnalysis.SetsRequiredMembersAttribute";

    public const string ReplyOf = "HyperGen.Reply`1";
    public const string ServerEvent = "HyperGen.ServerEvent`1";
    public const string Task = "System.Threading.Tasks.Task";
    public const string TaskOf = "System.Threading.Tasks.Task`1";
    public const string ValueTaskOf = "System.Threading.Tasks.ValueTask`1";
    public const string AsyncEnumerable = "System.Collections.Generic.IAsyncEnumerable`1";
    public const string Stream = "System.IO.Stream";
    public const string PipeReader = "System.IO.Pipelines.PipeReader";
    public const string CancellationToken = "System.Threading.CancellationToken";
    public const string ClaimsPrincipal = "System.Security.Claims.ClaimsPrincipal";
    public const string ServiceProvider = "System.IServiceProvider";
    public const string Parsable = "System.IParsable`1";
    public const string SpanParsable = "System.ISpanParsable`1";
    public const string Utf8SpanParsable = "System.IUtf8SpanParsable`1";
    public const string FormatProvider = "System.IFormatProvider";
    public const string ParameterInfo = "System.Reflection.ParameterInfo";
    public const string StringValues = "Microsoft.Extensions.Primitives.StringValues";
    public const string HttpRequest = "Microsoft.AspNetCore.Http.HttpRequest";
    public const string HttpResponse = "Microsoft.AspNetCore.Http.HttpResponse";
    public const string Result = "Microsoft.AspNetCore.Http.IResult";
    public const string EndpointMetadataProvider = "Microsoft.AspNetCore.Http.Metadata.IEndpointMetadataProvider";
    public const string FormFile = "Microsoft.AspNetCore.Http.IFormFile";
    public const string FormFileCollection = "Microsoft.AspNetCore.Http.IFormFileCollection";
    public const string FormCollection = "Microsoft.AspNetCore.Http.IFormCollection";
    public const string BindableFromHttpContext = "Microsoft.AspNetCore.Http.IBindableFromHttpContext`1";
    public const string AsParameters = "Microsoft.AspNetCore.Http.AsParametersAttribute";
    public const string FromRoute = "Microsoft.AspNetCore.Http.Metadata.IFromRouteMetadata";
    public const string FromQuery = "Microsoft.AspNetCore.Http.Metadata.IFromQueryMetadata";
    public const string FromHeader = "Microsoft.AspNetCore.Http.Metadata.IFromHeaderMetadata";
    public const string FromBody = "Microsoft.AspNetCore.Http.Metadata.IFromBodyMetadata";
    public const string FromForm = "Microsoft.AspNetCore.Http.Metadata.IFromFormMetadata";
    public const string FromServices = "Microsoft.AspNetCore.Http.Metadata.IFromServiceMetadata";
    public const string JsonSerializerContext = "System.Text.Json.Serialization.JsonSerializerContext";
    public const string JsonSerializable = "System.Text.Json.Serialization.JsonSerializableAttribute";
}
