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
}
